(** * The logarithm, and the sign of a function from that of its derivative

    What every other theory rests on: log t <= t - 1, with equality at t = 1 only, in the form that sums and integrals
    use; and the mean value theorem, as a lemma on monotone functions.

    In Coq [ln x] is 0 for x <= 0 and [x / 0] is 0, so that 0 log 0 = 0 and 0 log (0 / y) = 0 hold as computed. A
    statement in which a logarithm of 0 should be infinite must exclude it by a hypothesis. *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Lemma ln_div (x y : R) : 0 < x -> 0 < y -> ln (x / y) = ln x - ln y.
Proof.
  intros Hx Hy. unfold Rdiv.
  rewrite ln_mult, ln_Rinv; try assumption; [ring | apply Rinv_0_lt_compat; assumption].
Qed.

Lemma ln_le_minus_one (t : R) : 0 < t -> ln t <= t - 1.
Proof.
  intros Ht. pose proof (exp_ineq1_le (ln t)) as H. rewrite exp_ln in H by assumption. lra.
Qed.

Lemma ln_lt_minus_one (t : R) : 0 < t -> t <> 1 -> ln t < t - 1.
Proof.
  intros Ht Hn.
  assert (Hl : ln t <> 0) by (intro E; apply Hn; rewrite <- (exp_ln t Ht), E, exp_0; reflexivity).
  pose proof (exp_ineq1 (ln t) Hl) as H. rewrite exp_ln in H by assumption. lra.
Qed.

Lemma ln_four : ln 4 = 2 * ln 2.
Proof. replace 4 with (2 * 2) by lra. rewrite ln_mult by lra. ring. Qed.

Lemma ln_two_pos : 0 < ln 2.
Proof. rewrite <- ln_1. apply ln_increasing; lra. Qed.

Lemma div_pos (x y : R) : 0 < x -> 0 < y -> 0 < x / y.
Proof. exact (Rdiv_lt_0_compat x y). Qed.

(** The term of Gibbs' inequality: a log (a / b) >= a - b, where b = 0 only if a = 0. *)
Lemma gibbs_term (a b : R) : 0 <= a -> 0 <= b -> (0 < a -> 0 < b) -> a - b <= a * ln (a / b).
Proof.
  intros Ha Hb Hab. destruct Ha as [Ha | <-]; [| lra].
  specialize (Hab Ha).
  pose proof (ln_le_minus_one (b / a) (div_pos _ _ Hab Ha)) as L. rewrite ln_div in L by assumption.
  rewrite ln_div by assumption.
  assert (a * (ln b - ln a) <= a * (b / a - 1)) by (apply Rmult_le_compat_l; lra).
  assert (a * (b / a - 1) = b - a) by (field; lra). lra.
Qed.

Lemma gibbs_term_strict (a b : R) : 0 <= a -> 0 <= b -> (0 < a -> 0 < b) -> a <> b -> a - b < a * ln (a / b).
Proof.
  intros Ha Hb Hab Hn. destruct Ha as [Ha | <-]; [| lra].
  specialize (Hab Ha).
  assert (H1 : b / a <> 1).
  { intro E. apply Hn. replace b with (b / a * a) by (field; lra). rewrite E. ring. }
  pose proof (ln_lt_minus_one (b / a) (div_pos _ _ Hab Ha) H1) as L. rewrite ln_div in L by assumption.
  rewrite ln_div by assumption.
  assert (a * (ln b - ln a) < a * (b / a - 1)) by (apply Rmult_lt_compat_l; lra).
  assert (a * (b / a - 1) = b - a) by (field; lra). lra.
Qed.

(** The mean value theorem for a function with a derivative on the closed interval. *)
Lemma mean_value (f f' : R -> R) (a b : R) :
  a < b -> (forall x, a <= x <= b -> is_derive f x (f' x)) -> exists c, a <= c <= b /\ f b - f a = f' c * (b - a).
Proof.
  intros ab H. destruct (MVT_gen f a b f') as [c [Hc E]].
  - intros x Hx. apply H. rewrite Rmin_left, Rmax_right in Hx; lra.
  - intros x Hx. apply continuity_pt_filterlim, (ex_derive_continuous f). exists (f' x). apply H.
    rewrite Rmin_left, Rmax_right in Hx; lra.
  - exists c. rewrite Rmin_left, Rmax_right in Hc by lra. auto.
Qed.

(** Nonnegative from its derivative: f falls before [z] and rises after it, and f z = 0. *)
Lemma least_at (f f' : R -> R) (z : R) :
  0 < z -> f z = 0 -> (forall t, 0 < t -> is_derive f t (f' t)) ->
  (forall t, 0 < t <= z -> f' t <= 0) -> (forall t, z <= t -> 0 <= f' t) -> forall t, 0 < t -> 0 <= f t.
Proof.
  intros Hz Fz D Before After t Ht. destruct (Rtotal_order t z) as [L | [-> | G]].
  - destruct (mean_value f f' t z L) as [c [Hc E]]; [intros; apply D; lra |].
    assert (f' c <= 0) by (apply Before; lra). nra.
  - lra.
  - destruct (mean_value f f' z t G) as [c [Hc E]]; [intros; apply D; lra |].
    assert (0 <= f' c) by (apply After; lra). nra.
Qed.

(** The sign of a rising function on either side of its zero. *)
Lemma rising_through (f f' : R -> R) (z : R) :
  0 < z -> f z = 0 -> (forall t, 0 < t -> is_derive f t (f' t)) -> (forall t, 0 < t -> 0 <= f' t) ->
  (forall t, 0 < t <= z -> f t <= 0) /\ (forall t, z <= t -> 0 <= f t).
Proof.
  intros Hz Fz D Rising. split; intros t Ht.
  - destruct Ht as [Ht [L | ->]]; [| lra].
    destruct (mean_value f f' t z L) as [c [Hc E]]; [intros; apply D; lra |].
    assert (0 <= f' c) by (apply Rising; lra). nra.
  - destruct Ht as [G | <-]; [| lra].
    destruct (mean_value f f' z t G) as [c [Hc E]]; [intros; apply D; lra |].
    assert (0 <= f' c) by (apply Rising; lra). nra.
Qed.
