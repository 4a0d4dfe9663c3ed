"""Coded pixels of a part of a JPEG file, in plain Python, bit by bit."""

import torch
from torch import Tensor

_RESTARTS = range(0xD0, 0xD8)


class _DamagedError(Exception):
    pass


def jpeg_cut(
    scan: Tensor, codes: Tensor, blocks: list[int], across: int, restart: int, window: list[int]
) -> Tensor:
    """See :func:`mmcv.ops.jpeg_cut`."""
    try:
        bits = _cut(_stretches(bytes(scan.tolist())), codes, blocks, across, restart, window)
    except _DamagedError:
        return scan.new_empty(0)
    bits += '1' * (-len(bits) % 8)
    content = int(bits, 2).to_bytes(len(bits) // 8, 'big').replace(b'\xff', b'\xff\0')
    return torch.tensor(list(content), dtype=torch.uint8, device=scan.device)


def _cut(
    stretches: list[str], codes: Tensor, blocks: list[int], across: int, restart: int, window: list[int]
) -> str:
    """The bits of the units in the window; all averages are coded anew."""
    top, left, rows, columns = window
    tables = [[_words(code.tolist()) for code in pair] for pair in codes]
    read, written, out, place, unit = [0] * 3, [0] * 3, [], 0, 0
    for y in range(top + rows):
        for x in range(across):
            if restart and unit % restart == 0 and unit:
                read, place, stretches = [0] * 3, 0, stretches[1:] or ['']
            unit += 1
            for i in range(3):
                for _ in range(blocks[i]):
                    difference, place = _average(stretches[0], place, tables[i][0])
                    start, place = place, _others(stretches[0], place, tables[i][1])
                    read[i] += difference
                    if y >= top and left <= x < left + columns:
                        out += _coded(read[i] - written[i], tables[i][0]), stretches[0][start:place]
                        written[i] = read[i]
    return ''.join(out)


def _stretches(content: bytes) -> list[str]:
    """The bits between restarts, up to the first other marker."""
    found, at = [bytearray()], 0
    while at < len(content):
        if content[at] != 0xFF:
            found[-1].append(content[at])
        elif at + 1 == len(content):
            break
        elif content[at + 1] != 0xFF:  # else a byte of filling
            at += 1
            if content[at] == 0:
                found[-1].append(0xFF)
            elif content[at] in _RESTARTS:
                found.append(bytearray())
            else:
                break
        at += 1
    return [''.join(f'{byte:08b}' for byte in part) for part in found]


def _words(code: list[int]) -> dict[str, int]:
    """The symbol of each word, as the standard counts them up."""
    words, word, symbols = {}, 0, iter(code[16:])
    for length, count in enumerate(code[:16], 1):
        for symbol in [next(symbols) for _ in range(count)]:
            words[f'{word:0{length}b}'] = symbol
            word += 1
        word *= 2
    return words


def _symbol(bits: str, place: int, words: dict[str, int]) -> tuple[int, int]:
    for length in range(1, 17):
        if bits[place:place + length] in words and place + length <= len(bits):
            return words[bits[place:place + length]], place + length
    raise _DamagedError


def _average(bits: str, place: int, words: dict[str, int]) -> tuple[int, int]:
    """The difference to the average before, and where it ends."""
    size, place = _symbol(bits, place, words)
    end = place + size
    if size > 15 or end > len(bits):
        raise _DamagedError
    raw = int(bits[place:end] or '0', 2)
    return raw if not size or raw >> (size - 1) else raw - 2**size + 1, end


def _others(bits: str, place: int, words: dict[str, int]) -> int:
    """Where a block ends."""
    coefficient = 1
    while coefficient < 64:
        symbol, place = _symbol(bits, place, words)
        zeros, size = symbol >> 4, symbol & 15
        place += size
        if symbol == 0:
            return place
        coefficient += zeros + 1
        if (not size and zeros != 15) or coefficient > 64 or place > len(bits):
            raise _DamagedError
    return place


def _coded(difference: int, words: dict[str, int]) -> str:
    size = abs(difference).bit_length()
    word = next((word for word, symbol in words.items() if symbol == size), None)
    if word is None:
        raise _DamagedError
    raw = difference if difference >= 0 else difference + 2**size - 1
    return word + (f'{raw:0{size}b}' if size else '')
