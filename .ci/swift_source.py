"""Reads Swift source just well enough to tell code, comments and string literals apart."""

import re
from pathlib import Path

STRING = re.compile(r'(#*)("""|")')


def split(source: str) -> tuple[str, str]:
    """Answers (code, comments): both as long as the source, everything else in them blank.

    String literals are blank in both, but what is interpolated into them is code.
    """
    code, comments = list(re.sub(r"[^\n]", " ", source)), list(re.sub(r"[^\n]", " ", source))
    # What encloses the current position: an open string as (hashes, quotes), or the depth of
    # parentheses of an interpolation, or of the file itself.
    enclosing: list[tuple[str, str] | int] = [0]
    i = 0
    while i < len(source):
        now = enclosing[-1]
        if isinstance(now, tuple):
            hashes, quotes = now
            if source.startswith("\\" + hashes, i):
                i += 1 + len(hashes)
                if source.startswith("(", i):
                    enclosing.append(0)
                i += 1
            elif source.startswith(quotes + hashes, i):
                enclosing.pop()
                i += len(quotes + hashes)
            elif source[i] == "\n" and quotes == '"':
                enclosing.pop()  # no string ends here, but no single-line string goes on either
                i += 1
            else:
                i += 1
        elif source.startswith("//", i):
            end = source.find("\n", i)
            end = len(source) if end < 0 else end
            comments[i:end] = source[i:end]
            i = end
        elif source.startswith("/*", i):
            end = end_of_block_comment(source, i)
            comments[i:end] = source[i:end]
            i = end
        elif literal := STRING.match(source, i):
            enclosing.append((literal[1], literal[2]))
            i = literal.end()
        else:
            if source[i] == "(":
                enclosing[-1] = now + 1
            elif source[i] == ")" and now == 0 and len(enclosing) > 1:
                enclosing.pop()
                i += 1
                continue
            elif source[i] == ")":
                enclosing[-1] = now - 1
            code[i] = source[i]
            i += 1
    return "".join(code), "".join(comments)


def end_of_block_comment(source: str, start: int) -> int:
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(source, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(source)


def swift_files(folder: Path) -> list[Path]:
    """The Swift files beneath a folder, hidden folders such as .build left out, in order."""
    return sorted(
        path
        for path in folder.rglob("*.swift")
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
