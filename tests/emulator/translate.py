"""What of CUDA is no C++, launches and shared variables, and what no C++ compiler would see."""

import re

OPENING, CLOSING = '([{', ')]}'
LEFT_OVER = re.compile(r'<<<|__(?:shared|constant|managed|grid_constant|cluster_dims)__|\basm\b|<cooperative_groups')
SHARED = re.compile(r'(?P<extern>\bextern\s+)?__shared__\s+(?P<declaration>[^;]*);')
NAME = r'\w+(?:\s*\[[^\]]*\])*'  # of a variable, with the sizes of an array
DECLARATORS = re.compile(rf'(?P<type>.*?[\s>])(?P<names>{NAME}(?:\s*,\s*{NAME})*)', re.DOTALL)
KERNEL = re.compile(r'(?P<kernel>(?:::)?\w+(?:::\w+)*(?:<[^<>;(){}]*>)?)\s*$')
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\\n])*")', re.DOTALL)
KERNELS = re.compile(r'\b__global__\s+(?:void\s+)?(?:__launch_bounds__\s*\((?P<bounds>[^;{},]*)[^;{]*?\)\s*)?'
                     r'(?:void\s+)?(?P<name>\w+)\s*\((?P<parameters>[^;{]*)\)\s*\{')
# Casts to a type of 32 bits or less; those in the style of C do not compile.
NARROW = r'(?:std::)?u?int(?:8|16|32)_t|(?:unsigned |signed )?(?:int|short|char)|unsigned'
CAST = re.compile(rf'\bstatic_cast<\s*({NARROW})\s*>\s*\(|(?<![\w:<.] )(?<![\w:<.])({NARROW})\((?!\s*[*&])')
HERE = '[] { static char here; return &here; }()'


def translate(source: str, path: str) -> str:
    """CUDA as C++ that cuda_runtime.h of this folder makes complete; lines keep their numbers.

    Args:
        source: a .cu or .cuh file.
        path: where it lies, for the compiler's messages and those of this function.

    Raises:
        ValueError: something of CUDA is left over.
    """
    text = COMMENT.sub(_without_comment, source)
    text = SHARED.sub(lambda match: _shared(match, path), text)
    bounds = _bounds_of_kernels(text, path)
    text = CAST.sub(lambda match: f'::emulator::narrow<{match[1] or match[2]}>(', text)
    while '<<<' in text:
        text = _without_first_launch(text, path, bounds)
    for left in LEFT_OVER.finditer(text):
        line = text.count('\n', 0, left.start()) + 1
        raise ValueError(f'{path}:{line}: {left.group()} is CUDA that the emulator does not know; teach translate.py')
    return f'#line 1 "{path}"\n{text}'


def _without_comment(match: re.Match[str]) -> str:
    return match.group() if match.group(1) else re.sub(r'[^\n]', '', match.group()) or ' '


def _shared(match: re.Match[str], path: str) -> str:
    parts = DECLARATORS.fullmatch(match['declaration'])
    if parts is None:
        raise ValueError(f'{path}: __shared__ {match["declaration"]}: one type and names were expected')
    kind = parts['type'].strip()
    names = [re.fullmatch(r'\s*(\w+)\s*(.*?)\s*', name, re.DOTALL).groups() for name in parts['names'].split(',')]
    if match['extern']:
        pointer = f'static_cast<{kind}*>(::emulator::dynamic_shared())'
        return ' '.join(f'auto* const {name} = {pointer};' for name, _ in names)
    return ' '.join(f'auto& {name} = ::emulator::shared<{kind} {sizes}>({HERE});' for name, sizes in names)


def _bounds_of_kernels(text: str, path: str) -> dict[str, str]:
    """The most threads of a block, of the kernels that say so."""
    kernels = list(KERNELS.finditer(text))
    for kernel in kernels:
        if '&' in kernel['parameters']:
            line = text.count('\n', 0, kernel.start()) + 1
            raise ValueError(f'{path}:{line}: {kernel["name"]}: the parameters of a kernel are copied, no references')
    return {kernel['name']: kernel['bounds'] for kernel in kernels if kernel['bounds']}


def _without_first_launch(text: str, path: str, bounds: dict[str, str]) -> str:
    start = text.index('<<<')
    kernel = KERNEL.search(text, 0, start)
    end = text.find('>>>', start)
    line = text.count('\n', 0, start) + 1
    if kernel is None or end < 0:
        raise ValueError(f'{path}:{line}: a kernel, <<< and >>> were expected')
    opening = text.find('(', end)
    if opening < 0 or text[end + 3:opening].strip():
        raise ValueError(f'{path}:{line}: the arguments of the kernel were expected after >>>')
    closing = _closing(text, opening)
    how = _arguments(text[start + 3:end])
    if not 2 <= len(how) <= 4:
        raise ValueError(f'{path}:{line}: 2 to 4 values were expected between <<< and >>>')
    if len(how) > 2:
        how[2] = f'static_cast<size_t>({how[2]})'
    name = kernel['kernel']
    if most := bounds.get(name.partition('<')[0].rpartition('::')[2]):
        how += [*['0', 'nullptr'][len(how) - 2:], f'static_cast<unsigned int>({most})']
    call = (f'::emulator::launch("{name}", ::emulator::Configuration{{{", ".join(how)}}}, '
            f'[](const auto&... emulated) {{ {name}(emulated...); }}')
    arguments = text[opening + 1:closing]
    return text[:kernel.start()] + call + (f', {arguments})' if arguments.strip() else ')') + text[closing + 1:]


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] in OPENING) - (text[at] in CLOSING)
        if depth == 0:
            return at
    raise ValueError('a bracket is never closed')


def _arguments(text: str) -> list[str]:
    """Cut at the commas outside of all brackets."""
    parts, depth = [''], 0
    for letter in text:
        depth += (letter in OPENING) - (letter in CLOSING)
        if letter == ',' and depth == 0:
            parts.append('')
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]
