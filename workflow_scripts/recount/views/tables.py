"""Tables, views and example queries of the DuckDB file, as text; `store` alone runs them."""

KEY = "source VARCHAR, scale VARCHAR, lab VARCHAR, slug VARCHAR"

TABLES = {
    "papers": """slug VARCHAR, lab VARCHAR, state VARCHAR, level VARCHAR, title VARCHAR,
        authors VARCHAR[], year INTEGER, arxiv VARCHAR, doi VARCHAR, url VARCHAR, code VARCHAR,
        whose_code VARCHAR, fidelity INTEGER, kind VARCHAR, unit VARCHAR, tour BOOLEAN,
        line VARCHAR, limits VARCHAR, stand_in VARCHAR, reported VARCHAR, version INTEGER""",
    "claims": """lab VARCHAR, slug VARCHAR, claim VARCHAR, main BOOLEAN, statement VARCHAR,
        asked_by VARCHAR, valid VARCHAR, reproduced VARCHAR, contradicted VARCHAR,
        margin VARCHAR, effect VARCHAR""",
    "verdicts": f"""{KEY}, claim VARCHAR, main BOOLEAN, outcome VARCHAR, words VARCHAR,
        scope VARCHAR, grades VARCHAR[], reason VARCHAR, counter_example VARCHAR,
        failed_guards VARCHAR[], flips VARCHAR[], asked_share DOUBLE, alpha DOUBLE,
        false_reproduced DOUBLE, false_reproduced_upper DOUBLE, false_contradicted DOUBLE,
        false_contradicted_upper DOUBLE, power DOUBLE, reversed DOUBLE, worlds INTEGER,
        replays INTEGER, whose_code VARCHAR, version INTEGER, rule VARCHAR, design VARCHAR,
        judge_version INTEGER""",
    "quantities": f"""{KEY}, claim VARCHAR, quantity VARCHAR, take VARCHAR, metric VARCHAR,
        arm VARCHAR, against VARCHAR, effect DOUBLE, point DOUBLE, low DOUBLE, high DOUBLE,
        unbounded VARCHAR[], n INTEGER, interval VARCHAR, per_seed DOUBLE[]""",
    "runs": f"""{KEY}, arm VARCHAR, state VARCHAR, reason VARCHAR, seeds INTEGER,
        device VARCHAR, seconds DOUBLE, design VARCHAR, commit VARCHAR""",
    "metrics": f"""{KEY}, arm VARCHAR, seed BIGINT, metric VARCHAR, value DOUBLE, count BIGINT""",
    "curves": f"""{KEY}, arm VARCHAR, seed BIGINT, step BIGINT, metric VARCHAR, value DOUBLE""",
    "costs": f"""{KEY}, arm VARCHAR, stage VARCHAR, device VARCHAR, seconds DOUBLE,
        cpu_seconds DOUBLE""",
    "problems": "file VARCHAR, reason VARCHAR",
}

SIZE_ORDER = """CASE scale WHEN 'paper' THEN 4 WHEN 'gpu' THEN 3 WHEN 'laptop' THEN 2
    WHEN 'smoke' THEN 0 ELSE 1 END"""

VIEWS = {
    "verdict_counts": """
        SELECT lab, scale, source, outcome, count(*) AS claims FROM verdicts WHERE main
        GROUP BY ALL ORDER BY ALL""",
    "contradicted": """
        SELECT v.lab, v.slug, v.claim, v.scale, v.source, v.words, v.counter_example, c.statement,
            c.asked_by
        FROM verdicts v JOIN claims c USING (slug, claim) WHERE v.outcome = 'contradicted'
        ORDER BY ALL""",
    "cost_per_paper": """
        SELECT lab, slug, scale, source, sum(seconds) AS seconds,
            coalesce(sum(seconds) FILTER (device = 'cuda'), 0) AS gpu_seconds,
            sum(cpu_seconds) AS cpu_seconds, count(DISTINCT arm) AS arms
        FROM costs GROUP BY ALL ORDER BY seconds DESC, slug, scale, source""",
    "underpowered": """
        SELECT lab, slug, claim, scale, source, outcome, power, reversed FROM verdicts
        WHERE list_contains(grades, 'underpowered') ORDER BY ALL""",
    "fragile": """
        SELECT lab, slug, claim, scale, source, outcome, flips FROM verdicts
        WHERE list_contains(grades, 'fragile') ORDER BY ALL""",
    "scale_agreement": """
        SELECT a.lab, a.slug, a.claim, a.source, a.scale AS small, b.scale AS large,
            a.outcome AS small_outcome, b.outcome AS large_outcome, a.outcome = b.outcome AS agree
        FROM verdicts a JOIN verdicts b USING (lab, slug, claim, source)
        WHERE (a.scale, b.scale) IN (('laptop', 'gpu'), ('laptop', 'paper'), ('gpu', 'paper'))
        AND a.outcome <> 'not_run' AND b.outcome <> 'not_run' ORDER BY ALL""",
    "run_against_record": """
        SELECT lab, slug, claim, scale, r.outcome AS run, e.outcome AS recorded,
            r.outcome = e.outcome AS agree, r.design = e.design AS same_design
        FROM verdicts r JOIN verdicts e USING (lab, slug, claim, scale)
        WHERE r.source = 'run' AND e.source = 'evidence' ORDER BY ALL""",
    "paper_vs_ours": """
        SELECT lab, slug, claim, quantity, scale, source, effect AS paper, point AS ours, low, high,
            unbounded, n FROM quantities WHERE effect IS NOT NULL ORDER BY ALL""",
    "atlas": f"""
        SELECT p.lab, p.slug, p.level, p.state, v.outcome, v.words, v.scale, v.source, v.grades,
            v.reason, p.line FROM papers p LEFT JOIN (
                SELECT * FROM verdicts WHERE main QUALIFY row_number() OVER (
                    PARTITION BY slug ORDER BY outcome = 'not_run', {SIZE_ORDER} DESC,
                    source <> 'evidence') = 1) v USING (slug) ORDER BY p.lab, p.slug""",
}

EXAMPLES = {
    "How many claims of each lab came out how?": """
        SELECT lab, outcome, count(*) AS papers FROM atlas GROUP BY ALL ORDER BY ALL""",
    "Which claims of the papers' own were contradicted, and by what?": """
        SELECT slug, claim, scale, words, counter_example FROM contradicted
        WHERE asked_by = 'paper'""",
    "How does the paper's number compare with ours?": """
        SELECT slug, quantity, paper, ours, low, high, scale FROM paper_vs_ours
        WHERE claim = 'main'""",
    "What did each paper cost, dearest first?": """
        SELECT slug, scale, round(seconds / 60, 1) AS minutes, arms FROM cost_per_paper LIMIT 20""",
    "Which verdicts should be read with care?": """
        SELECT slug, claim, scale, outcome, grades, flips FROM verdicts
        WHERE list_contains(grades, 'fragile') OR list_contains(grades, 'underpowered')""",
}
