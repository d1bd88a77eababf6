(** * Jensen-Shannon and Hellinger: log 2 H^2 <= JSD <= H^2

    H2 is half the sum of (sqrt p - sqrt q)^2. At a point, with sqrt p = s (1 + z) and sqrt q = s (1 - z), its term is
    2 s^2 z^2 and that of JSD is s^2 [shape z]; so that the two bounds are about one even function on (-1, 1). *)

From Coq Require Import Reals Lra Psatz List.
From Coquelicot Require Import Coquelicot.
From Divergence Require Import logarithm finite gibbs.
Open Scope R_scope.

Definition shape (z : R) : R :=
  (1 + z) ^ 2 * ln (1 + z) + (1 - z) ^ 2 * ln (1 - z) - (1 + z ^ 2) * ln (1 + z ^ 2).
Definition shape1 (z : R) : R := 2 * (1 + z) * ln (1 + z) - 2 * (1 - z) * ln (1 - z) - 2 * z * ln (1 + z ^ 2).
Definition shape2 (z : R) : R := 2 * ln (1 + z) + 2 * ln (1 - z) - 2 * ln (1 + z ^ 2) + 4 / (1 + z ^ 2).

Lemma shape_derivative z : -1 < z < 1 -> is_derive shape z (shape1 z).
Proof.
  intros Hz. pose proof (pow2_ge_0 z). unfold shape, shape1. auto_derive; [repeat split; lra |].
  change (z * (z * 1)) with (z ^ 2). change (1 + - z) with (1 - z). field. repeat split; nra.
Qed.

Lemma shape1_derivative z : -1 < z < 1 -> is_derive shape1 z (shape2 z).
Proof.
  intros Hz. pose proof (pow2_ge_0 z). unfold shape1, shape2. auto_derive; [repeat split; lra |].
  change (z * (z * 1)) with (z ^ 2). change (1 + - z) with (1 - z). field. repeat split; nra.
Qed.

Lemma shape_at_0 : shape 0 = 0.
Proof. unfold shape. replace (1 + 0 ^ 2) with 1 by ring. rewrite Rplus_0_r, Rminus_0_r, ln_1. ring. Qed.

Lemma shape1_at_0 : shape1 0 = 0.
Proof. unfold shape1. replace (1 + 0 ^ 2) with 1 by ring. rewrite Rplus_0_r, Rminus_0_r, ln_1. ring. Qed.

Lemma shape_even z : shape (- z) = shape z.
Proof.
  unfold shape. replace (1 + - z) with (1 - z) by ring. replace (1 - - z) with (1 + z) by ring.
  replace ((- z) ^ 2) with (z ^ 2) by ring. ring.
Qed.

(** From the sign of a second derivative on [0, z] that of the function, where both are 0 at 0. *)
Lemma nonneg_by_curvature (g g1 g2 : R -> R) z :
  0 < z < 1 -> g 0 = 0 -> g1 0 = 0 ->
  (forall x, -1 < x < 1 -> is_derive g x (g1 x)) -> (forall x, -1 < x < 1 -> is_derive g1 x (g2 x)) ->
  (forall x, 0 < x <= z -> 0 <= g2 x) -> 0 <= g2 0 -> 0 <= g z.
Proof.
  intros Hz G0 G10 D1 D2 P P0.
  destruct (mean_value g g1 0 z) as [c [Hc E]]; [lra | intros; apply D1; lra |].
  assert (N : 0 <= g1 c).
  { destruct (proj1 Hc) as [C | <-]; [| lra].
    destruct (mean_value g1 g2 0 c C) as [d [Hd F]]; [intros; apply D2; lra |].
    assert (0 <= g2 d) by (destruct (proj1 Hd) as [Dp | <-]; [apply P; lra | assumption]). nra. }
  nra.
Qed.

(** The upper bound: the curvature of 2 z^2 - shape z is never negative. *)
Lemma shape_le z : 0 <= z < 1 -> shape z <= 2 * z ^ 2.
Proof.
  intros [[Z0 | <-] Z1]; [| rewrite shape_at_0; lra].
  assert (0 <= 2 * z ^ 2 - shape z); [| lra].
  assert (C : forall x, 0 <= x < 1 -> 0 <= 4 - shape2 x).
  { intros x Hx. pose proof (pow2_ge_0 x). unfold shape2.
    assert (L : 2 * ln (1 + x) + 2 * ln (1 - x) <= 2 * ln (1 + x ^ 2)).
    { replace (2 * ln (1 + x) + 2 * ln (1 - x)) with (2 * ln ((1 + x) * (1 - x))) by (rewrite ln_mult by lra; ring).
      apply Rmult_le_compat_l; [lra |]. destruct (Req_dec x 0) as [-> | N].
      - right. f_equal. ring.
      - left. apply ln_increasing; nra. }
    assert (4 / (1 + x ^ 2) <= 4); [| lra].
    apply Rmult_le_reg_r with (1 + x ^ 2); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  apply (nonneg_by_curvature (fun z => 2 * z ^ 2 - shape z) (fun z => 4 * z - shape1 z) (fun z => 4 - shape2 z) z).
  - lra.
  - rewrite shape_at_0. ring.
  - rewrite shape1_at_0. ring.
  - intros x Hx. apply (is_derive_minus (fun z => 2 * z ^ 2) shape); [auto_derive; [trivial | ring] |].
    now apply shape_derivative.
  - intros x Hx. apply (is_derive_minus (fun z => 4 * z) shape1); [auto_derive; [trivial | ring] |].
    now apply shape1_derivative.
  - intros x Hx. apply C. lra.
  - apply C. lra.
Qed.

(** The lower bound. [gap] is 0 at 0 and comes to 0 at 1, its curvature falls: convex first, concave later, it cannot
    be negative between. *)
Definition gap (z : R) : R := shape z - 2 * ln 2 * z ^ 2.
Definition gap1 (z : R) : R := shape1 z - 4 * ln 2 * z.
Definition gap2 (z : R) : R := shape2 z - 4 * ln 2.

Lemma gap_derivative z : -1 < z < 1 -> is_derive gap z (gap1 z).
Proof.
  intros Hz. unfold gap, gap1. apply (is_derive_minus shape (fun z => 2 * ln 2 * z ^ 2));
    [now apply shape_derivative |].
  auto_derive; [trivial | ring].
Qed.

Lemma gap1_derivative z : -1 < z < 1 -> is_derive gap1 z (gap2 z).
Proof.
  intros Hz. unfold gap1, gap2. apply (is_derive_minus shape1 (fun z => 4 * ln 2 * z)); [now apply shape1_derivative |].
  auto_derive; [trivial | ring].
Qed.

Lemma gap2_falls x y : 0 <= x -> x < y -> y < 1 -> gap2 y < gap2 x.
Proof.
  intros Hx Hxy Hy. unfold gap2, shape2.
  assert (S : x ^ 2 < y ^ 2) by nra. pose proof (pow2_ge_0 x) as X2. assert (Y2 : y ^ 2 < 1) by nra.
  assert (A : forall z, 0 <= z < 1 -> ln (1 + z) + ln (1 - z) = ln (1 - z ^ 2)).
  { intros z Hz. rewrite <- ln_mult by lra. f_equal. ring. }
  pose proof (A x ltac:(lra)). pose proof (A y ltac:(lra)).
  assert (ln (1 - y ^ 2) < ln (1 - x ^ 2)) by (apply ln_increasing; lra).
  assert (ln (1 + x ^ 2) < ln (1 + y ^ 2)) by (apply ln_increasing; lra).
  assert (/ (1 + y ^ 2) < / (1 + x ^ 2)) by (apply Rinv_lt_contravar; nra).
  unfold Rdiv. lra.
Qed.

Lemma gap_near_one z : 0 <= z < 1 -> - 5 * (1 - z) <= gap z.
Proof.
  intros Hz. unfold gap, shape. set (e := 1 - z). assert (He : 0 < e <= 1) by (unfold e; lra).
  assert (A : ln 2 - e <= ln (1 + z)).
  { pose proof (ln_le_minus_one (2 / (1 + z)) (div_pos 2 (1 + z) ltac:(lra) ltac:(lra))) as L.
    rewrite ln_div in L by lra.
    assert (2 / (1 + z) - 1 <= e).
    { apply Rmult_le_reg_r with (1 + z); [lra |]. replace ((2 / (1 + z) - 1) * (1 + z)) with (1 - z) by (field; lra).
      unfold e. nra. }
    lra. }
  assert (B : - e <= e ^ 2 * ln e).
  { pose proof (ln_le_minus_one (/ e) (Rinv_0_lt_compat e ltac:(lra))) as L. rewrite ln_Rinv in L by lra.
    assert (e ^ 2 * (1 - / e) <= e ^ 2 * ln e) by (apply Rmult_le_compat_l; [apply pow2_ge_0 | lra]).
    replace (e ^ 2 * (1 - / e)) with (e ^ 2 - e) in H by (field; lra). nra. }
  assert (C : ln (1 + z ^ 2) <= ln 2).
  { destruct (Req_dec (z ^ 2) 1) as [-> | N]; [right; f_equal; ring | left; apply ln_increasing; nra]. }
  assert (U : (1 + z) ^ 2 * (ln 2 - e) <= (1 + z) ^ 2 * ln (1 + z)) by (apply Rmult_le_compat_l;
    [apply pow2_ge_0 | lra]).
  assert (W : (1 + z ^ 2) * ln (1 + z ^ 2) <= (1 + z ^ 2) * ln 2) by (apply Rmult_le_compat_l; nra).
  pose proof ln_two_pos as L2.
  assert (Q : (1 + z) ^ 2 * (ln 2 - e) - (1 + z ^ 2) * ln 2 - 2 * ln 2 * z ^ 2 = 2 * ln 2 * (z * e) - (1 + z) ^ 2 * e)
    by (unfold e; ring).
  assert (0 <= ln 2 * (z * e)) by (apply Rmult_le_pos; nra).
  assert ((1 + z) ^ 2 * e <= 4 * e) by (apply Rmult_le_compat_r; nra). lra.
Qed.

Lemma gap_nonneg z : 0 <= z < 1 -> 0 <= gap z.
Proof.
  intros [[Z0 | <-] Z1]; [| unfold gap; rewrite shape_at_0; lra].
  destruct (Rle_or_lt 0 (gap z)) as [P | N]; [assumption | exfalso].
  assert (G0 : gap 0 = 0) by (unfold gap; rewrite shape_at_0; ring).
  assert (G10 : gap1 0 = 0) by (unfold gap1; rewrite shape1_at_0; ring).
  (* a point c after z where gap is higher *)
  set (c := 1 - Rmin ((1 - z) / 2) (- gap z / 10)).
  pose proof (Rmin_l ((1 - z) / 2) (- gap z / 10)). pose proof (Rmin_r ((1 - z) / 2) (- gap z / 10)).
  assert (0 < Rmin ((1 - z) / 2) (- gap z / 10)) by (apply Rmin_glb_lt; lra).
  assert (C : z < c < 1) by (unfold c; lra).
  assert (GC : gap z < gap c) by (pose proof (gap_near_one c ltac:(lra)); unfold c in *; lra).
  (* so that the slope is 0, then negative, then positive *)
  destruct (mean_value gap gap1 0 z Z0) as [a [Ha Ea]]; [intros; apply gap_derivative; lra |].
  destruct (mean_value gap gap1 z c) as [b [Hb Eb]]; [lra | intros; apply gap_derivative; lra |].
  assert (Sa : gap1 a < 0) by nra. assert (Sb : 0 < gap1 b) by nra.
  assert (A0 : 0 < a) by (destruct (proj1 Ha) as [A | <-]; [assumption | lra]).
  assert (AB : a < b) by (destruct (Rle_lt_or_eq_dec a b ltac:(lra)) as [L | <-]; [assumption | lra]).
  (* and the curvature negative, then positive, which it cannot be *)
  destruct (mean_value gap1 gap2 0 a A0) as [d [Hd Ed]]; [intros; apply gap1_derivative; lra |].
  destruct (mean_value gap1 gap2 a b AB) as [e [He Ee]]; [intros; apply gap1_derivative; lra |].
  assert (Cd : gap2 d < 0) by nra. assert (Ce : 0 < gap2 e) by nra.
  assert (DE : d < e) by (destruct (Rle_lt_or_eq_dec d e ltac:(lra)) as [L | <-]; [assumption | lra]).
  pose proof (gap2_falls d e ltac:(lra) DE ltac:(lra)). lra.
Qed.

(** ** From the shape to the terms *)

Definition half_jsd (p q : R) : R :=
  / 2 * (p * ln (p / ((p + q) / 2))) + / 2 * (q * ln (q / ((p + q) / 2))).
Definition half_h2 (p q : R) : R := / 2 * (sqrt p - sqrt q) ^ 2.

Lemma terms_of_shape p q :
  0 < p -> 0 < q ->
  exists s z, 0 < s /\ -1 < z < 1 /\ half_jsd p q = s ^ 2 * shape z /\ half_h2 p q = s ^ 2 * (2 * z ^ 2).
Proof.
  intros Hp Hq. pose proof (sqrt_lt_R0 p Hp) as A. pose proof (sqrt_lt_R0 q Hq) as B.
  pose proof (sqrt_sqrt p ltac:(lra)) as PA. pose proof (sqrt_sqrt q ltac:(lra)) as QB.
  unfold half_h2, half_jsd. set (a := sqrt p) in *. set (b := sqrt q) in *. clearbody a b. subst p q.
  exists ((a + b) / 2), ((a - b) / (a + b)).
  assert (Z1 : 1 + (a - b) / (a + b) = 2 * a / (a + b)) by (field; lra).
  assert (Z2 : 1 - (a - b) / (a + b) = 2 * b / (a + b)) by (field; lra).
  assert (Z3 : 1 + ((a - b) / (a + b)) ^ 2 = 2 * (a * a + b * b) / ((a + b) * (a + b))) by (field; lra).
  assert (P1 : 0 < 2 * a / (a + b)) by (apply div_pos; lra). assert (P2 : 0 < 2 * b / (a + b)) by (apply div_pos; lra).
  repeat split; try lra; [| field; lra].
  unfold shape. rewrite Z1, Z2, Z3.
  rewrite !ln_div by nra. rewrite !ln_mult by nra. field. lra.
Qed.

Lemma terms_compare p q : 0 <= p -> 0 <= q -> ln 2 * half_h2 p q <= half_jsd p q <= half_h2 p q.
Proof.
  pose proof ln_two_pos as L2. assert (L1 : ln 2 <= 1) by (pose proof (ln_le_minus_one 2); lra).
  assert (Edge : forall x, 0 <= x -> ln 2 * (/ 2 * x) <= / 2 * (x * ln 2) <= / 2 * x) by (intros; nra).
  assert (One : forall x, 0 <= x -> x * ln (x / (x / 2)) = x * ln 2).
  { intros x [X | <-]; [| ring]. replace (x / (x / 2)) with 2 by (field; lra). reflexivity. }
  intros [Hp | <-].
  - intros [Hq | <-].
    + destruct (terms_of_shape p q Hp Hq) as [s [z [Hs [Hz [-> ->]]]]].
      assert (K : 2 * ln 2 * z ^ 2 <= shape z <= 2 * z ^ 2).
      { destruct (Rle_or_lt 0 z) as [P | N].
        - pose proof (gap_nonneg z ltac:(lra)). pose proof (shape_le z ltac:(lra)). unfold gap in *. lra.
        - pose proof (gap_nonneg (- z) ltac:(lra)). pose proof (shape_le (- z) ltac:(lra)). unfold gap in *.
          rewrite shape_even in *. replace ((- z) ^ 2) with (z ^ 2) in * by ring. lra. }
      assert (0 <= s ^ 2) by apply pow2_ge_0. nra.
    + unfold half_h2, half_jsd. rewrite sqrt_0, Rminus_0_r, Rplus_0_r, Rmult_0_l, Rmult_0_r, Rplus_0_r, One by lra.
      replace (sqrt p ^ 2) with p by (simpl; rewrite Rmult_1_r, sqrt_sqrt; lra). apply Edge. lra.
  - intros Hq. unfold half_h2, half_jsd. rewrite sqrt_0, !Rplus_0_l, Rmult_0_l, Rmult_0_r, Rplus_0_l, One by lra.
    replace ((0 - sqrt q) ^ 2) with q by (simpl; rewrite Rmult_1_r; replace ((0 - sqrt q) * (0 - sqrt q)) with
      (sqrt q * sqrt q) by ring; rewrite sqrt_sqrt; lra). apply Edge. lra.
Qed.

Section Comparison.
Variable X : Type.
Variable l : list X.
Variables p q : X -> R.
Hypothesis Lp : Law l p.
Hypothesis Lq : Law l q.

Definition H2 : R := / 2 * sum (fun x => (sqrt (p x) - sqrt (q x)) ^ 2) l.

Lemma jsd_is : JSD l p q = sum (fun x => half_jsd (p x) (q x)) l.
Proof.
  rewrite jsd_as_sum. apply sum_ext. intros x Hx. unfold half_jsd. now rewrite (Rplus_comm (q x) (p x)).
Qed.

Lemma h2_is : H2 = sum (fun x => half_h2 (p x) (q x)) l.
Proof. unfold H2, half_h2. now rewrite sum_scal. Qed.

(** log 2 H^2 <= JSD <= H^2, where H^2 is half the sum of (sqrt p - sqrt q)^2. *)
Theorem jsd_between_hellinger : ln 2 * H2 <= JSD l p q <= H2.
Proof.
  rewrite jsd_is, h2_is. split; [rewrite <- sum_scal |]; apply sum_le; intros x Hx;
    apply terms_compare; [now apply Lp | now apply Lq | now apply Lp | now apply Lq].
Qed.
End Comparison.
