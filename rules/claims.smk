# One named rule per claim: `snakemake claim_position_coupling` judges a paper's main claim,
# `snakemake claim_position_coupling_nope` its claim `nope`. Everything in the loop is a value.

for paper in PAPERS.values():
    for claim in paper.claims:

        rule:
            name:
                CHOICE.rule_name(paper, claim)
            input:
                metrics=CHOICE.metrics(paper),
                states=CHOICE.states(paper),
                calibration=CHOICE.calibration(paper),
            output:
                verdict=f"results/{SCALE}/{paper.lab}/{paper.slug}/{claim}.json",
            log:
                f"logs/{SCALE}/{paper.lab}/{paper.slug}/judge_{claim}.log",
            benchmark:
                f"logs/{SCALE}/{paper.lab}/{paper.slug}/judge_{claim}.benchmark.tsv"
            priority: 3
            localrule: True
            conda:
                ENVIRONMENT
            threads: 1
            resources:
                mem_mb=1000,
                runtime=10,
            params:
                slug=paper.slug,
                lab=paper.lab,
                claim=claim,
                scale=SCALE,
                design=CHOICE.design(paper.slug, SCALE),
                rule=CHOICE.rule(paper, claim),
            script:
                "../workflow_scripts/judge.py"
