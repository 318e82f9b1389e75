"""``script/bench``: speeds with their yardsticks. Machines are noisy: medians, and ratios to work of the same run.

Each module of this folder but `measure` lists its ``BENCHES``; its name is the name
on the command line.
"""
