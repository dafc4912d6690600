"""python3 -m bisect_history DIRECTORY [--seed N] [--length N] …: makes a repository, prints what is in it as JSON."""

import argparse
from pathlib import Path

from .history import History, Plan


def main():
    parser = argparse.ArgumentParser(prog="bisect_history", description="Makes a small kernel's git history, by a plan.")
    parser.add_argument("directory", type=Path, help="where the repository goes; must not exist")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--length", type=int, default=24, help="steps of the main line")
    parser.add_argument("--culprit", type=float, default=0.6, help="where, from 0 to 1")
    parser.add_argument("--fix", type=float, help="where the bug is fixed, from 0 to 1")
    parser.add_argument("--other-crash", type=float, help="where a race brings another crash in, lost with $RACE_PROBE")
    parser.add_argument("--broken", type=float, nargs=2, metavar=("FROM", "TO"), help="where builds fail")
    values = vars(parser.parse_args())
    directory = values.pop("directory")
    history = History(Plan(**values))
    history.write(directory)
    print(history.to_json())


if __name__ == "__main__":
    main()
