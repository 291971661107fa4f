"""Trained runs whose truth is known: equal arms and planted faults, judged like any paper.

toys     their declarations, from papers/_controls
trials   trains, judges, records and verifies them
"""
