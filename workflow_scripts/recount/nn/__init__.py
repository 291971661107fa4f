"""Networks trained several seeds at once, and the loop that trains them.

Every parameter carries a leading seed dimension S, and no operation mixes seeds: training S seeds
together equals training each alone. Raise NN_VERSION when a change here can move a result.
"""

NN_VERSION = 1
