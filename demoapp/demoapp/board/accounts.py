"""Accounts: sign up, log in, log out, change the password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, views
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic import FormView

from demoapp.board.forms import SignUpForm


class SignUp(views.RedirectURLMixin, FormView):
    """A new account, logged in at once, and on to the page that asked for it."""

    form_class = SignUpForm
    template_name = "accounts/signup.html"
    next_page = "board:list"

    def dispatch(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("board:list")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.save()
        login(self.request, user)
        messages.success(self.request, _("Welcome, %(name)s!") % {"name": user.get_username()})
        return super().form_valid(form)


class ChangePassword(views.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("board:list")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, _("Your password has been changed."))
        return super().form_valid(form)


login_view = views.LoginView.as_view(
    template_name="accounts/login.html",
    redirect_authenticated_user=True,
)

urlpatterns = [
    path("signup/", SignUp.as_view(), name="signup"),
    path("login/", login_view, name="login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("password/", ChangePassword.as_view(), name="password_change"),
]
