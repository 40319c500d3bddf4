"""The control words of Rich Text Format that say what a group is for, and those that stand for characters."""

# Encodings by the number of a charset that a font states.
CODE_PAGES = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
}
# Control words and symbols that stand for characters.
CHARACTERS = {
    "tab": " ",
    "line": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
SYMBOLS = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\t": " "}
# A backslash at the end of a line ends a paragraph.
ENDS = {b"\n", b"\r"}
# Groups with text of their own, which are read.
KNOWN = {
    "fonttbl": "fonts",
    "stylesheet": "styles",
    "title": "title",
    "author": "author",
    "keywords": "tags",
    "creatim": "created",
    "revtim": "revised",
    "footnote": "footnote",
    "shptxt": "box",
}
# Groups whose text is not part of the document. Neither is that of groups that begin with \*, unless they are known.
SKIPPED = frozenset(
    "annotation atnauthor atnid atndate atnref atntime atrfstart atrfend bkmkend bkmkstart colortbl comment company "
    "category doccomm datafield fldinst filetbl footer footerf footerl footerr ftncn ftnsep ftnsepc aftncn aftnsep "
    "aftnsepc header headerf headerl headerr hlinkbase info listoverridetable listtable manager mmathPr nextfile "
    "nonesttables nonshppict objclass objdata objname operator pict pntext pntxta pntxtb printim buptim revtbl rsidtbl "
    "rxe shprslt sp subject tc themedata upr xe xmlnstbl latentstyles datastore nesttableprops".split()
)
# Groups that begin with \* and have something inside that is read.
OUTER = frozenset({"shpinst", "nesttableprops"})
