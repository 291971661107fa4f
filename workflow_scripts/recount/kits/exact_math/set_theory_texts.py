"""A development in higher-order Tarski-Grothendieck style: sets, pairs, Russell, Cantor, images.

How it is written: declarative_proofs.py. The universes of the theory are not needed and left out.
"""

SETS = """
axiom ext: all A B. (all x. x in A -> x in B) -> (all x. x in B -> x in A) -> A = B
axiom empty: all x. not x in 0
axiom sub_elim: all A B x. A sub B -> x in A -> x in B
axiom sub_intro: all A B. (all x. x in A -> x in B) -> A sub B
axiom cup: all A B x. x in A cup B <-> x in A or x in B
axiom cap: all A B x. x in A cap B <-> x in A and x in B
axiom pow: all A B. B in pow(A) <-> B sub A
axiom up: all x y z. z in up(x, y) <-> z = x or z = y
axiom sing: all x z. z in sing(x) <-> z = x
axiom pr: all x y. pr(x, y) = up(sing(x), up(x, y))
axiom sep: all A P x. x in sep(A, P) <-> x in A and P(x)
axiom img_intro: all A F x. x in A -> F(x) in img(A, F)
axiom img_elim: all A F y. y in img(A, F) -> some x. x in A and y = F(x)

lemma sub_refl: all A. A sub A
  block all x. x in A -> x in A
    qed
  qed : sub_intro[A; A]

lemma sub_trans: all A B C. A sub B -> B sub C -> A sub C
  block all x. x in A -> x in C
    x in B : sub_elim[A; B; x]
    qed : sub_elim[B; C; x]
  qed : sub_intro[A; C]

lemma sub_antisym: all A B. A sub B -> B sub A -> A = B
  block all x. x in A -> x in B
    qed : sub_elim[A; B; x]
  block all x. x in B -> x in A
    qed : sub_elim[B; A; x]
  qed : ext[A; B]

lemma empty_sub: all A. 0 sub A
  block all x. x in 0 -> x in A
    qed : empty[x]
  qed : sub_intro[0; A]

lemma sub_empty: all A. A sub 0 -> A = 0
  0 sub A : empty_sub[A]
  qed : sub_antisym[A; 0]

lemma cup_left: all A B. A sub A cup B
  block all x. x in A -> x in A cup B
    qed : cup[A; B; x]
  qed : sub_intro[A; A cup B]

lemma cup_swap: all A B. A cup B sub B cup A
  block all x. x in A cup B -> x in B cup A
    x in A or x in B : cup[A; B; x]
    qed : cup[B; A; x]
  qed : sub_intro[A cup B; B cup A]

lemma cup_comm: all A B. A cup B = B cup A
  A cup B sub B cup A : cup_swap[A; B]
  B cup A sub A cup B : cup_swap[B; A]
  qed : sub_antisym[A cup B; B cup A]

lemma cup_assoc: all A B C. (A cup B) cup C = A cup (B cup C)
  block all x. x in (A cup B) cup C -> x in A cup (B cup C)
    x in A or x in B or x in C : cup[A cup B; C; x] cup[A; B; x]
    qed : cup[A; B cup C; x] cup[B; C; x]
  block all x. x in A cup (B cup C) -> x in (A cup B) cup C
    x in A or x in B or x in C : cup[A; B cup C; x] cup[B; C; x]
    qed : cup[A cup B; C; x] cup[A; B; x]
  qed : ext[(A cup B) cup C; A cup (B cup C)]

lemma cup_least: all A B C. A sub C -> B sub C -> A cup B sub C
  block all x. x in A cup B -> x in C
    x in A or x in B : cup[A; B; x]
    qed : sub_elim[A; C; x] sub_elim[B; C; x]
  qed : sub_intro[A cup B; C]

lemma cap_left: all A B. A cap B sub A
  block all x. x in A cap B -> x in A
    qed : cap[A; B; x]
  qed : sub_intro[A cap B; A]

lemma cap_cup: all A B C. A cap (B cup C) = (A cap B) cup (A cap C)
  block all x. x in A cap (B cup C) -> x in (A cap B) cup (A cap C)
    x in A and (x in B or x in C) : cap[A; B cup C; x] cup[B; C; x]
    x in A cap B or x in A cap C : cap[A; B; x] cap[A; C; x]
    qed : cup[A cap B; A cap C; x]
  block all x. x in (A cap B) cup (A cap C) -> x in A cap (B cup C)
    x in A cap B or x in A cap C : cup[A cap B; A cap C; x]
    x in A and (x in B or x in C) : cap[A; B; x] cap[A; C; x]
    qed : cap[A; B cup C; x] cup[B; C; x]
  qed : ext[A cap (B cup C); (A cap B) cup (A cap C)]

lemma absorption: all A B. A cup (A cap B) = A
  block all x. x in A -> x in A
    qed
  A sub A : sub_intro[A; A]
  A cap B sub A : cap_left[A; B]
  A cup (A cap B) sub A : cup_least[A; A cap B; A]
  A sub A cup (A cap B) : cup_left[A; A cap B]
  qed : sub_antisym[A cup (A cap B); A]

lemma pow_self: all A. A in pow(A)
  A sub A : sub_refl[A]
  qed : pow[A; A]

lemma pow_mono: all A B. A sub B -> pow(A) sub pow(B)
  block all C. C in pow(A) -> C in pow(B)
    C sub A : pow[A; C]
    C sub B : sub_trans[C; A; B]
    qed : pow[B; C]
  qed : sub_intro[pow(A); pow(B)]

lemma sing_eq: all x y. sing(x) = sing(y) -> x = y
  x in sing(x) : sing[x; x]
  qed : sing[y; x]

lemma up_swap: all x y. up(x, y) = up(y, x)
  block all z. z in up(x, y) -> z in up(y, x)
    qed : up[x; y; z] up[y; x; z]
  block all z. z in up(y, x) -> z in up(x, y)
    qed : up[x; y; z] up[y; x; z]
  qed : ext[up(x, y); up(y, x)]

lemma up_cancel: all x y z. up(x, y) = up(x, z) -> y = z
  y in up(x, y) : up[x; y; y]
  z in up(x, z) : up[x; z; z]
  y = x or y = z : up[x; z; y]
  z = x or z = y : up[x; y; z]
  qed

lemma sing_up: all x y z. sing(x) = up(y, z) -> x = y and x = z
  y in up(y, z) : up[y; z; y]
  z in up(y, z) : up[y; z; z]
  y = x : sing[x; y]
  qed : sing[x; z]

lemma pr_first: all x y z w. pr(x, y) = pr(z, w) -> x = z
  sing(x) in pr(x, y) : pr[x; y] up[sing(x); up(x, y); sing(x)]
  sing(x) = sing(z) or sing(x) = up(z, w) : pr[z; w] up[sing(z); up(z, w); sing(x)]
  sing(x) = sing(z) -> x = z : sing_eq[x; z]
  qed : sing_up[x; z; w]

lemma pr_second: all x y z w. pr(x, y) = pr(z, w) -> y = w
  x = z : pr_first[x; y; z; w]
  up(sing(x), up(x, y)) = up(sing(x), up(x, w)) : pr[x; y] pr[z; w]
  up(x, y) = up(x, w) : up_cancel[sing(x); up(x, y); up(x, w)]
  qed : up_cancel[x; y; w]

lemma russell: not some V. all x. x in V
  a| take V. all x. x in V
  sep(V, x. not x in x) in V : a[sep(V, x. not x in x)]
  qed : sep[V; x. not x in x; sep(V, x. not x in x)]

lemma cantor: all A F. not all B. B sub A -> some x. x in A and F(x) = B
  block all x. x in sep(A, y. not y in F(y)) -> x in A
    qed : sep[A; y. not y in F(y); x]
  sep(A, y. not y in F(y)) sub A : sub_intro[sep(A, y. not y in F(y)); A]
  take x. x in A and F(x) = sep(A, y. not y in F(y)) : h1[sep(A, y. not y in F(y))]
  x in F(x) <-> not x in F(x) : sep[A; y. not y in F(y); x]
  qed

lemma img_mono: all A B F. A sub B -> img(A, F) sub img(B, F)
  block all y. y in img(A, F) -> y in img(B, F)
    take x. x in A and y = F(x) : img_elim[A; F; y]
    x in B : sub_elim[A; B; x]
    qed : img_intro[B; F; x]
  qed : sub_intro[img(A, F); img(B, F)]

lemma img_cup: all A B F. img(A cup B, F) sub img(A, F) cup img(B, F)
  block all y. y in img(A cup B, F) -> y in img(A, F) cup img(B, F)
    take x. x in A cup B and y = F(x) : img_elim[A cup B; F; y]
    x in A or x in B : cup[A; B; x]
    y in img(A, F) or y in img(B, F) : img_intro[A; F; x] img_intro[B; F; x]
    qed : cup[img(A, F); img(B, F); y]
  qed : sub_intro[img(A cup B, F); img(A, F) cup img(B, F)]

lemma injections: all F G. (all x y. F(x) = F(y) -> x = y) -> (all x y. G(x) = G(y) -> x = y) ->
    (all x y. F(G(x)) = F(G(y)) -> x = y)
  G(x) = G(y) : h1[G(x); G(y)]
  qed : h2[x; y]
"""
