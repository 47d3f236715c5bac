"""The one border that text from people crosses on its way into a map."""

from __future__ import annotations

from typing import Final

#: Besides HTML's own, what Jinja (branca compiles scripts twice), template literals
#: and string escapes of JavaScript give a meaning to.
_DANGEROUS: Final = "&<>\"'`${}\\%#"
_ENTITIES: Final = str.maketrans({sign: f"&#{ord(sign)};" for sign in _DANGEROUS})
_CONTROL: Final = dict.fromkeys((*range(0x20), 0x7F, 0x2028, 0x2029), " ")


def safe(text: object) -> str:
    """
    Return text as HTML that is inert on the server and in the browser.

    Every sign with a meaning in HTML, JavaScript or Jinja becomes a numeric entity:
    it reads the same on the page, and can neither run there nor in Folium's
    templates, which are compiled a second time with the text in them.
    """
    return str(text).translate(_CONTROL).translate(_ENTITIES)
