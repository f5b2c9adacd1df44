"""What every package uses: commands, sizes and times, progress, templates, archives."""
