"""What was measured of a case, as a table."""

from prettytable import PrettyTable


def table(rows: list[dict]) -> PrettyTable:
    """The rows of one case."""
    result = PrettyTable(['way', 'median ms', 'quartiles', 'times as fast', 'samples/s', 'peak MB', 'GFLOP', 'of peak',
                          'of copy'])
    result.align = 'r'
    result.align['way'] = 'l'
    for row in rows:
        low, high = (f'{row[key] * 1e3:.4g}' for key in ('low_s', 'high_s'))
        peak = '-' if row['peak_bytes'] is None else f'{row["peak_bytes"] / 1e6:.1f}'
        flops = (f'{row["flops"] / 1e9:.1f}', f'{row["matmul_share"]:.0%}') if row['flops'] else ('-', '-')
        share = f'{row["copy_share"]:.0%}' if row['bytes'] else '-'
        samples = f'{row["samples_per_s"]:.4g}' if row['samples_per_s'] else '-'
        result.add_row([row['way'], f'{row["median_s"] * 1e3:.4g}', f'{low} to {high}', f'{row["ratio"]:.2f}', samples,
                        peak, *flops, share])
    return result
