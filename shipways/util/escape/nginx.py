"""nginx's configuration (https://nginx.org/en/docs/beginners_guide.html#conf_structure)."""

from __future__ import annotations

from shipways.util.escape.common import Language, one_line, plain

# Paths and names need no quotes. A location's prefix is taken as it is; in other parameters
# variables are replaced, and nothing else stands for a "$".
location = plain(r"[A-Za-z0-9_./:@=,+~!*()&$-]+")
parameter = plain(r"[A-Za-z0-9_./:@=,+~!*()&-]+")
NGINX = Language("nginx", parameter, {"location": location, "comment": one_line})
