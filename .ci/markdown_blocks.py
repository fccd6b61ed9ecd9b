"""Finds the Swift blocks of a Markdown page, and what the HTML comments right above each say.

    <!-- tested -->              the block is part of a test
    <!-- snippet: skip -->       the block is not compiled
    <!-- snippet: given          this code is compiled before the block, and not shown
    let counter = Counter()
    -->
"""

import re
from dataclasses import dataclass, field

COMMENT = r"<!--(?:(?!-->).)*-->"
BLOCK = re.compile(
    rf"(?P<comments>(?:{COMMENT}\s*)*)^(?P<indent>[ \t]*)```swift\b[^\n]*\n(?P<code>.*?)^[ \t]*```[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"<!--\s*(tested|snippet:\s*(\w*))(.*?)-->", re.DOTALL)


@dataclass
class Code:
    line: int  # of the page, the first is 1
    text: str


@dataclass
class Block(Code):
    given: list[Code] = field(default_factory=list)
    is_tested: bool = False
    is_skipped: bool = False


class Misplaced(Exception):
    """A comment that says something to these checks, but nothing that they understand."""


def swift_blocks(page: str) -> list[Block]:
    blocks, understood = [], set()
    for match in BLOCK.finditer(page):
        indent = re.compile("^" + match["indent"], re.MULTILINE)
        block = Block(line_of(page, match.start("code")), indent.sub("", match["code"]))
        for mark in MARK.finditer(page, match.start("comments"), match.end("comments")):
            understood.add(mark.start())
            if mark[1] == "tested":
                block.is_tested = True
            elif mark[2] == "skip":
                block.is_skipped = True
            elif mark[2] == "given":
                block.given.append(Code(line_of(page, mark.start(3)), mark[3]))
            else:
                raise Misplaced(f"{line_of(page, mark.start())}: 'snippet: {mark[2]}' is neither 'given' nor 'skip'")
        blocks.append(block)
    for mark in MARK.finditer(page):
        if mark.start() not in understood:
            raise Misplaced(f"{line_of(page, mark.start())}: '{mark[1]}' stands above no Swift block")
    return blocks


def line_of(page: str, offset: int) -> int:
    return page.count("\n", 0, offset) + 1
