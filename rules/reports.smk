# Pages: a lab at a time in one warm process, then the index of all 437 papers and their validity.

for lab in CHOICE.labs():

    rule:
        name:
            f"lab_{lab}"
        input:
            CHOICE.verdicts(lab),
        output:
            page=f"results/{SCALE}/{lab}/index.html",
        log:
            f"logs/{SCALE}/{lab}/report.log",
        benchmark:
            f"logs/{SCALE}/{lab}/report.benchmark.tsv"
        localrule: True
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            lab=lab,
            scale=SCALE,
            text=CHOICE.wording(lab),
        script:
            "../workflow_scripts/report.py"


rule report:
    input:
        CHOICE.verdicts(),
    output:
        page=f"results/{SCALE}/index.html",
        validity=f"results/{SCALE}/validity.html",
    log:
        f"logs/{SCALE}/report.log",
    benchmark:
        f"logs/{SCALE}/report.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        lab="",
        scale=SCALE,
        text=CHOICE.wording(),
    script:
        "../workflow_scripts/report.py"


rule validity:
    input:
        f"results/{SCALE}/validity.html",
    localrule: True
