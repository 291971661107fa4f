# Papers that declare `looks`: a block of seeds, a judgement, and the next block only where a claim
# is open still. One arm of one look is a job; what was run is then gathered into one run an arm.


wildcard_constraints:
    look="[0-9]+",


localrules:
    gather,
    look,


use rule generate_here as generate_look with:
    output:
        data="results/{scale}/{lab}/{slug}/look-{look}/data.npz",
        manifest="results/{scale}/{lab}/{slug}/look-{look}/data.json",
    log:
        "logs/{scale}/{lab}/{slug}/look-{look}/generate.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/look-{look}/generate.benchmark.tsv"
    wildcard_constraints:
        slug=CHOICE.in_looks(),


use rule train as train_look with:
    input:
        data=rules.generate_look.output.data,
        manifest=rules.generate_look.output.manifest,
    output:
        run="results/{scale}/{lab}/{slug}/look-{look}/runs/{arm}/run.json",
    log:
        "logs/{scale}/{lab}/{slug}/look-{look}/train_{arm}.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/look-{look}/train_{arm}.benchmark.tsv"
    wildcard_constraints:
        slug=CHOICE.in_looks(),


use rule evaluate_here as evaluate_look with:
    input:
        data=rules.generate_look.output.data,
        manifest=rules.generate_look.output.manifest,
        run=lambda w: CHOICE.trained(w.scale, w.lab, w.slug, w.arm, w.look),
    output:
        metrics="results/{scale}/{lab}/{slug}/look-{look}/runs/{arm}/metrics.parquet",
        manifest="results/{scale}/{lab}/{slug}/look-{look}/runs/{arm}/evaluate.json",
    log:
        "logs/{scale}/{lab}/{slug}/look-{look}/evaluate_{arm}.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/look-{look}/evaluate_{arm}.benchmark.tsv"
    wildcard_constraints:
        slug=CHOICE.in_looks(),


checkpoint look:
    input:
        lambda w: CHOICE.rows_up_to(w.slug, w.look),
    output:
        decision="results/{scale}/{lab}/{slug}/look-{look}/decision.json",
    log:
        "logs/{scale}/{lab}/{slug}/look-{look}/look.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/look-{look}/look.benchmark.tsv"
    wildcard_constraints:
        slug=CHOICE.in_looks(),
    priority: 3
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        design=lambda w: CHOICE.design(w.slug, w.scale),
        rules=lambda w: CHOICE.rules(w.slug),
    script:
        "../workflow_scripts/look.py"


def decided(w):
    """The decisions of the looks that are needed: each is asked for when the one before is open."""
    found = []
    for number in CHOICE.looks(w.slug):
        found.append(checkpoints.look.get(**dict(w) | {"look": number}).output.decision)
        if not CHOICE.still_open(found[-1]):
            break
    return found


rule gather:
    input:
        decided,
    output:
        metrics="results/{scale}/{lab}/{slug}/runs/{arm}/metrics.parquet",
        manifest="results/{scale}/{lab}/{slug}/runs/{arm}/evaluate.json",
    log:
        "logs/{scale}/{lab}/{slug}/gather_{arm}.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/gather_{arm}.benchmark.tsv"
    wildcard_constraints:
        slug=CHOICE.in_looks(),
    priority: 3
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        design=lambda w: CHOICE.design(w.slug, w.scale),
    script:
        "../workflow_scripts/gather.py"
