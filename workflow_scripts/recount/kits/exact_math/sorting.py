"""Textbook sorts that count their comparisons of elements, compiled so that large inputs are cheap.

Every function sorts an int64 array in place and returns how many pairs of elements it compared.
Source: Knuth, The Art of Computer Programming 3 (1973); quick sort pivots on the middle element.
"""

import numpy as np
from numba import njit


@njit(cache=True)
def insertion(a):
    count = 0
    for i in range(1, len(a)):
        key, j = a[i], i - 1
        while j >= 0:
            count += 1
            if a[j] <= key:
                break
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = key
    return count


@njit(cache=True)
def bubble(a):
    count, last = 0, len(a) - 1
    while last > 0:
        swapped = 0
        for j in range(last):
            count += 1
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
                swapped = j
        last = swapped
    return count


@njit(cache=True)
def selection(a):
    count = 0
    for i in range(len(a) - 1):
        least = i
        for j in range(i + 1, len(a)):
            count += 1
            if a[j] < a[least]:
                least = j
        a[i], a[least] = a[least], a[i]
    return count


@njit(cache=True)
def merge(a):
    count, width, spare = 0, 1, a.copy()
    while width < len(a):
        for start in range(0, len(a), 2 * width):
            middle, end = min(start + width, len(a)), min(start + 2 * width, len(a))
            i, j = start, middle
            for k in range(start, end):
                left = i < middle
                if left and j < end:
                    count += 1
                    left = a[i] <= a[j]
                if left:
                    spare[k] = a[i]
                    i += 1
                else:
                    spare[k] = a[j]
                    j += 1
        a[:] = spare
        width *= 2
    return count


@njit(cache=True)
def sink(a, root, end):
    count = 0
    while 2 * root + 1 < end:
        child = 2 * root + 1
        if child + 1 < end:
            count += 1
            if a[child] < a[child + 1]:
                child += 1
        count += 1
        if a[root] >= a[child]:
            break
        a[root], a[child] = a[child], a[root]
        root = child
    return count


@njit(cache=True)
def heap(a):
    count = 0
    for root in range(len(a) // 2 - 1, -1, -1):
        count += sink(a, root, len(a))
    for end in range(len(a) - 1, 0, -1):
        a[0], a[end] = a[end], a[0]
        count += sink(a, 0, end)
    return count


@njit(cache=True)
def quick(a):
    count, stack = 0, [(0, len(a) - 1)]
    while stack:
        low, high = stack.pop()
        if low >= high:
            continue
        pivot, i, j = a[(low + high) // 2], low, high
        while i <= j:
            count += 2
            while a[i] < pivot:
                i += 1
                count += 1
            while a[j] > pivot:
                j -= 1
                count += 1
            if i <= j:
                a[i], a[j] = a[j], a[i]
                i += 1
                j -= 1
        stack.append((low, j))
        stack.append((i, high))
    return count


@njit(cache=True)
def digit_counts(a):
    """Decimal digits of each element, by repeated division, and how many divisions that took."""
    digits, count = np.empty(len(a), np.int64), 0
    for i in range(len(a)):
        rest, digits[i] = a[i], 0
        while True:
            rest //= 10
            digits[i] += 1
            if rest == 0:
                break
        count += digits[i]
    return digits, count


@njit(cache=True)
def placed(a, keys, buckets):
    """`a` in the order of its keys below `buckets`, and where each bucket begins."""
    starts, there = np.zeros(buckets + 1, np.int64), np.empty_like(a)
    for key in keys:
        starts[key + 1] += 1
    starts = np.cumsum(starts)
    place = starts.copy()
    for i in range(len(a)):
        there[place[keys[i]]] = a[i]
        place[keys[i]] += 1
    return there, starts


SORTS = {
    "insertion": insertion,
    "bubble": bubble,
    "selection": selection,
    "merge": merge,
    "heap": heap,
    "quick": quick,
}
