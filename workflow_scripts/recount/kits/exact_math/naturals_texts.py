"""The development goes on: natural numbers as sets, their sums, products, order and divisors."""

NATURALS = """
axiom s: all n. s(n) = n cup sing(n)
axiom nat_elim: all n P. nat(n) -> P(0) -> (all k. P(k) -> P(s(k))) -> P(n)
axiom nat_intro: all n. (all P. P(0) -> (all k. P(k) -> P(s(k))) -> P(n)) -> nat(n)
axiom add_0: all n. n + 0 = n
axiom add_s: all n m. nat(m) -> n + s(m) = s(n + m)
axiom mul_0: all n. n * 0 = 0
axiom mul_s: all n m. nat(m) -> n * s(m) = n + n * m
axiom le: all a b. a <= b <-> some k. nat(k) and a + k = b
axiom dvd: all a b. a dvd b <-> some k. nat(k) and a * k = b
axiom even: all n. even(n) <-> some k. nat(k) and n = k + k
axiom odd: all n. odd(n) <-> some k. nat(k) and n = s(k + k)

lemma nat_0: nat(0)
  block all P. P(0) -> (all k. P(k) -> P(s(k))) -> P(0)
    qed
  qed : nat_intro[0]

lemma nat_s: all n. nat(n) -> nat(s(n))
  block all P. P(0) -> (all k. P(k) -> P(s(k))) -> P(s(n))
    P(n) : nat_elim[n; P]
    qed : h3[n]
  qed : nat_intro[s(n)]

lemma induct: all n P. nat(n) -> P(0) -> (all k. nat(k) -> P(k) -> P(s(k))) -> P(n)
  nat(0) : nat_0
  block all k. nat(k) and P(k) -> nat(s(k)) and P(s(k))
    nat(s(k)) : nat_s[k]
    qed : h3[k]
  qed : nat_elim[n; k. nat(k) and P(k)]

lemma in_s: all n. n in s(n)
  n in sing(n) : sing[n; n]
  qed : s[n] cup[n; sing(n); n]

lemma s_not_0: all n. not s(n) = 0
  n in s(n) : in_s[n]
  qed : empty[n]

lemma s_elim: all n x. x in s(n) -> x in n or x = n
  x in n or x in sing(n) : s[n] cup[n; sing(n); x]
  qed : sing[n; x]

lemma in_in_s: all n x. x in n -> x in s(n)
  x in n cup sing(n) : cup[n; sing(n); x]
  qed : s[n]

lemma nat_transitive: all n x y. nat(n) -> x in n -> y in x -> y in n
  block all u v. u in 0 -> v in u -> v in 0
    qed : empty[u]
  block all k. nat(k) -> (all u v. u in k -> v in u -> v in k) ->
      (all u v. u in s(k) -> v in u -> v in s(k))
    u in k or u = k : s_elim[k; u]
    v in k : h5[u; v]
    qed : in_in_s[k; v]
  a| all u v. u in n -> v in u -> v in n : induct[n; m. all u v. u in m -> v in u -> v in m]
  qed : a[x; y]

lemma nat_irreflexive: all n. nat(n) -> not n in n
  not 0 in 0 : empty[0]
  block all k. nat(k) -> not k in k -> not s(k) in s(k)
    s(k) in k or s(k) = k : s_elim[k; s(k)]
    k in s(k) : in_s[k]
    k in k : nat_transitive[k; s(k); k]
    qed
  qed : induct[n; m. not m in m]

lemma s_injective: all n m. nat(n) -> nat(m) -> s(n) = s(m) -> n = m
  n in s(m) : in_s[n]
  n in m or n = m : s_elim[m; n]
  m in s(n) : in_s[m]
  m in n or m = n : s_elim[n; m]
  not n in n : nat_irreflexive[n]
  qed : nat_transitive[n; m; n]

lemma cases: all n. nat(n) -> n = 0 or some k. nat(k) and n = s(k)
  block all k. nat(k) -> (k = 0 or some i. nat(i) and k = s(i)) ->
      (s(k) = 0 or some i. nat(i) and s(k) = s(i))
    with k: some i. nat(i) and s(k) = s(i)
    qed
  qed : induct[n; m. m = 0 or some i. nat(i) and m = s(i)]

lemma zero_add: all n. nat(n) -> 0 + n = n
  0 + 0 = 0 : add_0[0]
  block all k. nat(k) -> 0 + k = k -> 0 + s(k) = s(k)
    0 + s(k) = s(0 + k) : add_s[0; k]
    qed
  qed : induct[n; m. 0 + m = m]

lemma s_add: all n m. nat(n) -> nat(m) -> s(n) + m = s(n + m)
  s(n) + 0 = s(n) : add_0[s(n)]
  s(n) + 0 = s(n + 0) : add_0[n]
  block all k. nat(k) -> s(n) + k = s(n + k) -> s(n) + s(k) = s(n + s(k))
    s(n) + s(k) = s(s(n) + k) : add_s[s(n); k]
    n + s(k) = s(n + k) : add_s[n; k]
    qed
  qed : induct[m; i. s(n) + i = s(n + i)]

lemma add_nat: all n m. nat(n) -> nat(m) -> nat(n + m)
  nat(n + 0) : add_0[n]
  block all k. nat(k) -> nat(n + k) -> nat(n + s(k))
    n + s(k) = s(n + k) : add_s[n; k]
    qed : nat_s[n + k]
  qed : induct[m; i. nat(n + i)]

lemma add_comm: all a b. nat(a) -> nat(b) -> a + b = b + a
  a + 0 = a : add_0[a]
  a + 0 = 0 + a : zero_add[a]
  block all k. nat(k) -> a + k = k + a -> a + s(k) = s(k) + a
    a + s(k) = s(a + k) : add_s[a; k]
    s(k) + a = s(k + a) : s_add[k; a]
    qed
  qed : induct[b; i. a + i = i + a]

lemma add_assoc: all a b c. nat(a) -> nat(b) -> nat(c) -> (a + b) + c = a + (b + c)
  (a + b) + 0 = a + b : add_0[a + b]
  (a + b) + 0 = a + (b + 0) : add_0[b]
  block all k. nat(k) -> (a + b) + k = a + (b + k) -> (a + b) + s(k) = a + (b + s(k))
    (a + b) + s(k) = s((a + b) + k) : add_s[a + b; k]
    b + s(k) = s(b + k) : add_s[b; k]
    nat(b + k) : add_nat[b; k]
    a + s(b + k) = s(a + (b + k)) : add_s[a; b + k]
    qed
  qed : induct[c; i. (a + b) + i = a + (b + i)]

lemma add_left_comm: all a b c. nat(a) -> nat(b) -> nat(c) -> a + (b + c) = b + (a + c)
  (a + b) + c = a + (b + c) : add_assoc[a; b; c]
  (b + a) + c = b + (a + c) : add_assoc[b; a; c]
  qed : add_comm[a; b]

lemma add_cancel: all a b n. nat(a) -> nat(b) -> nat(n) -> a + n = b + n -> a = b
  a + 0 = b + 0 -> a = b : add_0[a] add_0[b]
  block all k. nat(k) -> (a + k = b + k -> a = b) -> (a + s(k) = b + s(k) -> a = b)
    s(a + k) = s(b + k) : add_s[a; k] add_s[b; k]
    nat(a + k) : add_nat[a; k]
    nat(b + k) : add_nat[b; k]
    a + k = b + k : s_injective[a + k; b + k]
    qed
  qed : induct[n; i. a + i = b + i -> a = b]

lemma sum_zero: all a b. nat(a) -> nat(b) -> a + b = 0 -> b = 0
  block (some k. nat(k) and b = s(k)) -> b = 0
    take k. nat(k) and b = s(k)
    s(a + k) = 0 : add_s[a; k]
    qed : s_not_0[a + k]
  qed : cases[b]

lemma mul_nat: all n m. nat(n) -> nat(m) -> nat(n * m)
  nat(n * 0) : mul_0[n] nat_0
  block all k. nat(k) -> nat(n * k) -> nat(n * s(k))
    n * s(k) = n + n * k : mul_s[n; k]
    qed : add_nat[n; n * k]
  qed : induct[m; i. nat(n * i)]

lemma zero_mul: all n. nat(n) -> 0 * n = 0
  0 * 0 = 0 : mul_0[0]
  block all k. nat(k) -> 0 * k = 0 -> 0 * s(k) = 0
    0 * s(k) = 0 + 0 * k : mul_s[0; k]
    qed : add_0[0]
  qed : induct[n; m. 0 * m = 0]

lemma s_mul: all a b. nat(a) -> nat(b) -> s(a) * b = a * b + b
  s(a) * 0 = 0 : mul_0[s(a)]
  a * 0 + 0 = 0 : mul_0[a] add_0[0]
  block all k. nat(k) -> s(a) * k = a * k + k -> s(a) * s(k) = a * s(k) + s(k)
    s(a) * s(k) = s(a) + (a * k + k) : mul_s[s(a); k]
    nat(a * k) : mul_nat[a; k]
    nat(a * k + k) : add_nat[a * k; k]
    s(a) + (a * k + k) = s(a + (a * k + k)) : s_add[a; a * k + k]
    (a + a * k) + k = a + (a * k + k) : add_assoc[a; a * k; k]
    (a + a * k) + s(k) = s((a + a * k) + k) : add_s[a + a * k; k]
    qed : mul_s[a; k]
  qed : induct[b; i. s(a) * i = a * i + i]

lemma mul_comm: all a b. nat(a) -> nat(b) -> a * b = b * a
  a * 0 = 0 : mul_0[a]
  0 * a = 0 : zero_mul[a]
  block all k. nat(k) -> a * k = k * a -> a * s(k) = s(k) * a
    a * s(k) = a + a * k : mul_s[a; k]
    s(k) * a = k * a + a : s_mul[k; a]
    nat(k * a) : mul_nat[k; a]
    qed : add_comm[k * a; a]
  qed : induct[b; i. a * i = i * a]

lemma distrib: all a b c. nat(a) -> nat(b) -> nat(c) -> a * (b + c) = a * b + a * c
  a * (b + 0) = a * b : add_0[b]
  a * b + a * 0 = a * b : mul_0[a] add_0[a * b]
  block all k. nat(k) -> a * (b + k) = a * b + a * k -> a * (b + s(k)) = a * b + a * s(k)
    b + s(k) = s(b + k) : add_s[b; k]
    nat(b + k) : add_nat[b; k]
    a * s(b + k) = a + a * (b + k) : mul_s[a; b + k]
    nat(a * b) : mul_nat[a; b]
    nat(a * k) : mul_nat[a; k]
    a + (a * b + a * k) = a * b + (a + a * k) : add_left_comm[a; a * b; a * k]
    qed : mul_s[a; k]
  qed : induct[c; i. a * (b + i) = a * b + a * i]

lemma mul_assoc: all a b c. nat(a) -> nat(b) -> nat(c) -> (a * b) * c = a * (b * c)
  (a * b) * 0 = 0 : mul_0[a * b]
  a * (b * 0) = 0 : mul_0[b] mul_0[a]
  block all k. nat(k) -> (a * b) * k = a * (b * k) -> (a * b) * s(k) = a * (b * s(k))
    (a * b) * s(k) = a * b + (a * b) * k : mul_s[a * b; k]
    b * s(k) = b + b * k : mul_s[b; k]
    nat(b * k) : mul_nat[b; k]
    a * (b + b * k) = a * b + a * (b * k) : distrib[a; b; b * k]
    qed
  qed : induct[c; i. (a * b) * i = a * (b * i)]

lemma le_refl: all n. nat(n) -> n <= n
  n + 0 = n : add_0[n]
  with 0: some k. nat(k) and n + k = n : nat_0
  qed : le[n; n]

lemma zero_le: all n. nat(n) -> 0 <= n
  0 + n = n : zero_add[n]
  with n: some k. nat(k) and 0 + k = n
  qed : le[0; n]

lemma le_trans: all a b c. nat(a) -> a <= b -> b <= c -> a <= c
  take i. nat(i) and a + i = b : le[a; b]
  take j. nat(j) and b + j = c : le[b; c]
  nat(i + j) : add_nat[i; j]
  a + (i + j) = c : add_assoc[a; i; j]
  with i + j: some k. nat(k) and a + k = c
  qed : le[a; c]

lemma le_antisym: all a b. nat(a) -> nat(b) -> a <= b -> b <= a -> a = b
  take i. nat(i) and a + i = b : le[a; b]
  take j. nat(j) and b + j = a : le[b; a]
  nat(i + j) : add_nat[i; j]
  a + (i + j) = a : add_assoc[a; i; j]
  (i + j) + a = 0 + a : add_comm[a; i + j] zero_add[a]
  i + j = 0 : add_cancel[i + j; 0; a] nat_0
  j = 0 : sum_zero[i; j]
  qed : add_0[b]

lemma dvd_refl: all a. nat(a) -> a dvd a
  a * s(0) = a + a * 0 : mul_s[a; 0] nat_0
  a * s(0) = a : mul_0[a] add_0[a]
  with s(0): some k. nat(k) and a * k = a : nat_s[0] nat_0
  qed : dvd[a; a]

lemma dvd_zero: all a. a dvd 0
  a * 0 = 0 : mul_0[a]
  with 0: some k. nat(k) and a * k = 0 : nat_0
  qed : dvd[a; 0]

lemma dvd_trans: all a b c. nat(a) -> a dvd b -> b dvd c -> a dvd c
  take i. nat(i) and a * i = b : dvd[a; b]
  take j. nat(j) and b * j = c : dvd[b; c]
  nat(i * j) : mul_nat[i; j]
  a * (i * j) = c : mul_assoc[a; i; j]
  with i * j: some k. nat(k) and a * k = c
  qed : dvd[a; c]

lemma dvd_add: all a b c. nat(a) -> a dvd b -> a dvd c -> a dvd (b + c)
  take i. nat(i) and a * i = b : dvd[a; b]
  take j. nat(j) and a * j = c : dvd[a; c]
  nat(i + j) : add_nat[i; j]
  a * (i + j) = b + c : distrib[a; i; j]
  with i + j: some k. nat(k) and a * k = b + c
  qed : dvd[a; b + c]
"""
