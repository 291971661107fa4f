# The two views of the files: DuckDB and MLflow. One writer each; both can be deleted at any time.


rule collect:
    input:
        CHOICE.verdicts(),
    output:
        database="results/recount.duckdb",
    log:
        "logs/collect.log",
    benchmark:
        "logs/collect.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    script:
        "../workflow_scripts/collect.py"


rule track:
    input:
        CHOICE.verdicts(),
        f"results/{SCALE}/index.html",
    output:
        imported=f"results/{SCALE}/tracked.json",
    log:
        f"logs/{SCALE}/track.log",
    benchmark:
        f"logs/{SCALE}/track.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        scale=SCALE,
    script:
        "../workflow_scripts/track.py"
