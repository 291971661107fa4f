"""The end of the development: even and odd numbers, up to the parity of squares."""

PARITY = """
lemma even_or_odd: all n. nat(n) -> even(n) or odd(n)
  0 = 0 + 0 : add_0[0]
  with 0: some k. nat(k) and 0 = k + k : nat_0
  even(0) : even[0]
  block all k. nat(k) -> (even(k) or odd(k)) -> (even(s(k)) or odd(s(k)))
    block even(k) -> odd(s(k))
      take i. nat(i) and k = i + i : even[k]
      with i: some j. nat(j) and s(k) = s(j + j)
      qed : odd[s(k)]
    block odd(k) -> even(s(k))
      take i. nat(i) and k = s(i + i) : odd[k]
      s(i) + s(i) = s(s(i) + i) : add_s[s(i); i]
      s(i) + i = s(i + i) : s_add[i; i]
      with s(i): some j. nat(j) and s(k) = j + j : nat_s[i]
      qed : even[s(k)]
    qed
  qed : induct[n; m. even(m) or odd(m)]

lemma even_of_s: all k. nat(k) -> even(s(k)) -> odd(k)
  take i. nat(i) and s(k) = i + i : even[s(k)]
  not i = 0 : add_0[0] s_not_0[k]
  take j. nat(j) and i = s(j) : cases[i]
  i + i = s(i + j) : add_s[i; j]
  i + j = s(j + j) : s_add[j; j]
  nat(i + j) : add_nat[i; j]
  k = s(j + j) : s_injective[k; i + j]
  with j: some m. nat(m) and k = s(m + m)
  qed : odd[k]

lemma odd_of_s: all k. nat(k) -> odd(s(k)) -> even(k)
  take i. nat(i) and s(k) = s(i + i) : odd[s(k)]
  nat(i + i) : add_nat[i; i]
  k = i + i : s_injective[k; i + i]
  with i: some m. nat(m) and k = m + m
  qed : even[k]

lemma not_both: all n. nat(n) -> not (even(n) and odd(n))
  block odd(0) -> false
    take i. nat(i) and 0 = s(i + i) : odd[0]
    qed : s_not_0[i + i]
  block all k. nat(k) -> not (even(k) and odd(k)) -> not (even(s(k)) and odd(s(k)))
    odd(k) : even_of_s[k]
    even(k) : odd_of_s[k]
    qed
  qed : induct[n; m. not (even(m) and odd(m))]

lemma even_add: all a b. even(a) -> even(b) -> even(a + b)
  take i. nat(i) and a = i + i : even[a]
  take j. nat(j) and b = j + j : even[b]
  nat(j + j) : add_nat[j; j]
  nat(i + j) : add_nat[i; j]
  (i + i) + (j + j) = i + (i + (j + j)) : add_assoc[i; i; j + j]
  (i + j) + (i + j) = i + (j + (i + j)) : add_assoc[i; j; i + j]
  j + (i + j) = i + (j + j) : add_left_comm[j; i; j]
  with i + j: some k. nat(k) and a + b = k + k
  qed : even[a + b]

lemma odd_add: all a b. odd(a) -> even(b) -> odd(a + b)
  take i. nat(i) and a = s(i + i) : odd[a]
  take j. nat(j) and b = j + j : even[b]
  nat(i + i) : add_nat[i; i]
  nat(b) : add_nat[j; j]
  a + b = s((i + i) + b) : s_add[i + i; b]
  with i: some k. nat(k) and i + i = k + k
  even(i + i) : even[i + i]
  even((i + i) + b) : even_add[i + i; b]
  take m. nat(m) and (i + i) + b = m + m : even[(i + i) + b]
  with m: some k. nat(k) and a + b = s(k + k)
  qed : odd[a + b]

lemma even_mul: all a b. nat(b) -> even(a) -> even(b * a)
  take i. nat(i) and a = i + i : even[a]
  b * a = b * i + b * i : distrib[b; i; i]
  nat(b * i) : mul_nat[b; i]
  with b * i: some k. nat(k) and b * a = k + k
  qed : even[b * a]

lemma even_square: all n. nat(n) -> even(n * n) -> even(n)
  block odd(n) -> false
    take i. nat(i) and n = s(i + i) : odd[n]
    nat(i + i) : add_nat[i; i]
    n * n = n + n * (i + i) : mul_s[n; i + i]
    with i: some k. nat(k) and i + i = k + k
    even(i + i) : even[i + i]
    even(n * (i + i)) : even_mul[i + i; n]
    odd(n * n) : odd_add[n; n * (i + i)]
    nat(n * n) : mul_nat[n; n]
    qed : not_both[n * n]
  qed : even_or_odd[n]
"""
