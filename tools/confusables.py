# Writes src/identity/labels/confusables.ts from the table in ICU (libicui18n), which is Unicode's confusables.txt.
# python3 tools/confusables.py
import ctypes
import glob
import pathlib
import re
import unicodedata

LINE = 118
TARGET = pathlib.Path(__file__).parent.parent / 'src/identity/labels/confusables.ts'
HEAD = """/**
 * Which characters look like which others: Unicode's confusables.txt (UTS #39) as of ICU {version}, without characters
 * that NFKC changes. Made by tools/confusables.py. © Unicode, Inc., under https://www.unicode.org/license.txt
 */

/** Groups `look:characters`, all as hexadecimal code points. */
export const CONFUSABLES = `
{groups}
`;
"""


def icu():
    path = sorted(glob.glob('/usr/lib/*/libicui18n.so.[0-9]*'))[-1]
    version = re.search(r'\.so\.(\d+)', path).group(1)
    library = ctypes.CDLL(path)
    error = ctypes.c_int(0)
    opened = getattr(library, f'uspoof_open_{version}')
    opened.restype = ctypes.c_void_p
    checker = ctypes.c_void_p(opened(ctypes.byref(error)))
    skeleton = getattr(library, f'uspoof_getSkeletonUTF8_{version}')
    buffer = ctypes.create_string_buffer(400)

    def skeleton_of(character):
        text = character.encode()
        failure = ctypes.c_int(0)
        length = skeleton(checker, 0, text, len(text), buffer, 400, ctypes.byref(failure))
        assert failure.value <= 0, character
        return buffer.raw[:length].decode()

    return version, skeleton_of


def groups(skeleton_of):
    found = {}
    for code in range(0x21, 0x110000):
        character = chr(code)
        # Control, format, private and unassigned characters never get so far; surrogates are no characters.
        if unicodedata.category(character)[0] in 'CZ':
            continue
        if unicodedata.normalize('NFKC', character) != character or unicodedata.normalize('NFD', character) != character:
            continue
        look = skeleton_of(character)
        # An empty look is that of an ignorable character.
        if look and look != character:
            found.setdefault(look, []).append(character)
    return found


def points(text):
    return '.'.join(format(ord(character), 'x') for character in text)


def lines(found):
    line = ''
    for look, characters in sorted(found.items()):
        group = points(look) + ':' + ','.join(points(character) for character in characters)
        if line and len(line) + 1 + len(group) > LINE:
            yield line
            line = ''
        line += (' ' if line else '') + group
    yield line


version, skeleton_of = icu()
TARGET.write_text(HEAD.format(version=version, groups='\n'.join(lines(groups(skeleton_of)))))
