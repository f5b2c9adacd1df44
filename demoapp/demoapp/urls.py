"""Addresses of the site. /healthz is not here: a middleware answers it before anything else."""

from django.contrib import admin
from django.urls import include, path

from demoapp.board import accounts, views

urlpatterns = [
    path("", include("demoapp.board.urls")),
    path("about", views.about, name="about"),
    path("accounts/", include(accounts.urlpatterns)),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]
