"""A process that has loaded everything and now works for long."""

import gc


def settle() -> None:
    """What was loaded stays: the collector need not look through it at every thousandth order.

    It took a tenth of an order's time. It looks at what came later, less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
