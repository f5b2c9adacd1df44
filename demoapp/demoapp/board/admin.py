"""Notes in the admin, where a moderator edits and deletes anybody's."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from demoapp.board.models import Note

admin.site.site_header = admin.site.site_title = _("Notice board")


@admin.register(Note)
class NoteAdmin(admin.ModelAdmin):
    list_display = ["title", "author", "created_at", "edited_at"]
    list_filter = ["created_at"]
    list_select_related = ["author"]
    search_fields = ["title", "body", "author__username"]
    autocomplete_fields = ["author"]
    readonly_fields = ["created_at", "edited_at"]
