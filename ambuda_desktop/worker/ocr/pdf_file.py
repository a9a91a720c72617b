"""Writing a PDF from front to end. pikepdf keeps every new stream in memory until it saves: half a gigabyte a book."""

import zlib
from typing import BinaryIO

_HEAD = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"  # four bytes above 127, so that nobody takes it for text


class PdfFile:
    """A PDF that grows in `file`; only the places of its objects are remembered."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: list[int] = []  # bytes from the start; 0 where the object is not there yet
        self._size = 0
        self._write(_HEAD)

    def reserve(self) -> int:
        """The number of an object that is written later."""
        self._places.append(0)
        return len(self._places)

    def add(self, entries: str, number: int | None = None) -> int:
        """Write a dictionary with these entries (PDF syntax, ASCII); returns its number."""
        number = number or self.reserve()
        self._begin(number)
        self._write(f"<< {entries} >>\nendobj\n".encode("ascii"))
        return number

    def add_stream(self, entries: str, data: bytes, number: int | None = None) -> int:
        """Write a stream, its bytes as they are: `entries` names their filter."""
        number = number or self.reserve()
        self._begin(number)
        self._write(f"<< {entries} /Length {len(data)} >>\nstream\n".encode("ascii"))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")
        return number

    def add_packed(self, entries: str, data: bytes, number: int | None = None) -> int:
        """Write a stream, packed here."""
        return self.add_stream(f"{entries} /Filter /FlateDecode", zlib.compress(data), number)

    def close(self, root: int, info: int) -> None:
        """Write the table of objects, which says where the rest is. All that was reserved must be there."""
        assert all(self._places)
        start, count = self._size, len(self._places) + 1
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        for place in self._places:
            self._write(b"%010d 00000 n \n" % place)
        trailer = f"<< /Size {count} /Root {root} 0 R /Info {info} 0 R >>"
        self._write(f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode("ascii"))

    def _begin(self, number: int) -> None:
        self._places[number - 1] = self._size
        self._write(b"%d 0 obj\n" % number)

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._size += len(data)


def text_string(text: str) -> str:
    """A text (a title) as PDFs write it, in any script."""
    return f"<FEFF{text.encode('utf-16-be', 'replace').hex().upper()}>"
