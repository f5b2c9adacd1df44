"""Pages of the board: everybody reads, users post, authors edit and delete what is theirs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView
from django.views.generic.detail import SingleObjectMixin

from demoapp import delivery
from demoapp.board.forms import NoteForm
from demoapp.board.models import Note


class NoteList(ListView):
    paginate_by = 12  # fills rows of two, three and four

    def get_queryset(self) -> QuerySet[Note]:
        self.query = self.request.GET.get("q", "").strip()[:200]
        return Note.objects.search(self.query).select_related("author")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        page = context["page_obj"]
        pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
        return context | {"query": self.query, "pages": pages}


class NoteDetail(DetailView):
    queryset = Note.objects.select_related("author")


class NoteCreate(LoginRequiredMixin, CreateView):
    model, form_class = Note, NoteForm

    def form_valid(self, form: ModelForm) -> HttpResponse:
        form.instance.author = self.request.user
        messages.success(self.request, _("Your note is on the board."))
        return super().form_valid(form)


class OwnNoteMixin(LoginRequiredMixin, SingleObjectMixin):
    """For the author of a note; anybody else gets 403."""

    model = Note
    request: HttpRequest

    def get_object(self, queryset: QuerySet[Note] | None = None) -> Note:
        note: Note = super().get_object(queryset)
        if note.author_id != self.request.user.pk:
            raise PermissionDenied
        return note


class NoteUpdate(OwnNoteMixin, UpdateView):
    form_class = NoteForm

    def form_valid(self, form: ModelForm) -> HttpResponse:
        if form.has_changed():
            form.instance.edited_at = timezone.now()
            messages.success(self.request, _("Your note has been changed."))
        return super().form_valid(form)


class NoteDelete(OwnNoteMixin, DeleteView):
    success_url = reverse_lazy("board:list")

    def form_valid(self, form: Form) -> HttpResponse:
        messages.success(self.request, _("Your note has been deleted."))
        return super().form_valid(form)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """How this copy was delivered, as a page or as JSON (``?format=json``, or by Accept)."""
    facts = delivery.facts()
    if request.GET.get("format") == "json" or not request.accepts("text/html"):
        return JsonResponse(facts)
    return render(request, "board/about.html", {"facts": facts})
