"""Addresses of the board."""

from django.urls import path

from demoapp.board import views

app_name = "board"
urlpatterns = [
    path("", views.NoteList.as_view(), name="list"),
    path("notes/new/", views.NoteCreate.as_view(), name="new"),
    path("notes/<int:pk>/", views.NoteDetail.as_view(), name="note"),
    path("notes/<int:pk>/edit/", views.NoteUpdate.as_view(), name="edit"),
    path("notes/<int:pk>/delete/", views.NoteDelete.as_view(), name="delete"),
]
