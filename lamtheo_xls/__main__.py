"""`python -m lamtheo_xls` is the command `lamtheo`."""

from lamtheo_xls.cli import main

if __name__ == "__main__":
    main()
