"""torchrun, as train_dist.sh and dist_test.sh start it: it passes signals on, and ends with the code of the run.

A run that a signal has ended with a checkpoint (143), or a mistake of the user's with one line (2), needs no traceback.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.utils import choose_threads

_PROCESSES = '--nproc-per-node='  # as tools/env.sh writes it
choose_threads(next((int(word.removeprefix(_PROCESSES)) for word in sys.argv if word.startswith(_PROCESSES)), None))
_PASSED_ON = 'SIGTERM,SIGINT,SIGHUP,SIGQUIT,SIGUSR1'  # torchrun's own choice has no SIGUSR1, which slurm sends
os.environ.update(PET_SIGNALS_TO_HANDLE=_PASSED_ON, TORCHELASTIC_SIGNALS_TO_HANDLE=_PASSED_ON)

from torch.distributed import DistNetworkError
from torch.distributed.elastic.multiprocessing import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import main

if __name__ == '__main__':
    try:
        main()
    except SignalException:
        sys.exit(143)
    except (ValueError, DistNetworkError) as error:
        print(f'error: these processes cannot be started, see NNODES, MASTER_ADDR and PORT: {error}', file=sys.stderr)
        sys.exit(2)
    except ChildFailedError as error:
        _, failure = error.get_first_failure()
        if failure.exitcode not in (2, 143):
            raise
        sys.exit(failure.exitcode)
