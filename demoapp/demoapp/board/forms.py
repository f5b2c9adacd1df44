"""Forms: a note, and an account."""

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.utils.translation import gettext_lazy as _

from demoapp.board.models import Note


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ["title", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 8})}
        help_texts = {"body": _("Plain text. Web addresses become links.")}


class SignUpForm(UserCreationForm):
    """Django's own form for a user name and a password, under a name of this app."""
