(** * The optimal discriminator, point by point

    With densities a of the data and b of the generator at a point, a discriminator that says x earns
    a log x + b log (1 - x). For a, b >= 0 not both 0 the best it can say is a / (a + b), and nothing else is as good.
    At the edges a = 0 or b = 0 the ends x = 0 or x = 1 are allowed, the term with weight 0 being 0; where a weight is
    positive, log 0 would be minus infinity, which loses, so that these x are left out by [admissible]. *)

From Coq Require Import Reals Lra Psatz.
From Divergence Require Import logarithm.
Open Scope R_scope.

Definition gain (a b x : R) : R := a * ln x + b * ln (1 - x).

Definition admissible (a b x : R) : Prop := 0 <= x <= 1 /\ (0 < a -> 0 < x) /\ (0 < b -> x < 1).

Lemma share_admissible a b : 0 <= a -> 0 <= b -> admissible a b (a / (a + b)).
Proof.
  intros Ha Hb. destruct (Rle_lt_or_eq_dec 0 (a + b)) as [S | S]; [lra | |].
  - assert (E : a / (a + b) * (a + b) = a) by (field; lra).
    repeat split; try intros; nra.
  - assert (a = 0) by lra. assert (b = 0) by lra. subst. unfold Rdiv. rewrite Rmult_0_l. repeat split; lra.
Qed.

Lemma one_minus_share a b : 0 < a + b -> 1 - a / (a + b) = b / (a + b).
Proof. intros. field. lra. Qed.

(** One half of the argument: each logarithm, less its value at the best answer, is at most linear. *)
Lemma half_le a s x : 0 <= a -> 0 < s -> 0 <= x -> (0 < a -> 0 < x) -> a * ln x - a * ln (a / s) <= s * x - a.
Proof.
  intros [Ha | <-] Hs Hx Hax; [| nra].
  specialize (Hax Ha). assert (0 < s * x) by nra.
  pose proof (gibbs_term a (s * x)) as G. rewrite ln_div in G by lra. rewrite ln_mult in G by assumption.
  rewrite ln_div by lra. assert (a - s * x <= a * (ln a - (ln s + ln x))) by (apply G; lra). lra.
Qed.

Lemma half_lt a s x :
  0 <= a -> 0 < s -> 0 <= x -> (0 < a -> 0 < x) -> x <> a / s -> a * ln x - a * ln (a / s) < s * x - a.
Proof.
  intros [Ha | <-] Hs Hx Hax Hn.
  - specialize (Hax Ha). assert (0 < s * x) by nra.
    pose proof (gibbs_term_strict a (s * x)) as G. rewrite ln_div in G by lra. rewrite ln_mult in G by assumption.
    assert (a <> s * x) by (intro E; apply Hn; rewrite E; field; lra).
    rewrite ln_div by lra. assert (a - s * x < a * (ln a - (ln s + ln x))) by (apply G; lra). lra.
  - assert (x <> 0) by (intro E; apply Hn; rewrite E; unfold Rdiv; ring).
    assert (0 < x) by lra. nra.
Qed.

(** For weights a, b >= 0, not both 0, nothing beats x = a/(a + b): a log x + b log (1 - x) is at most its value there.
    Claims: best_answer. *)
Theorem best_answer a b x :
  0 <= a -> 0 <= b -> 0 < a + b -> admissible a b x -> gain a b x <= gain a b (a / (a + b)).
Proof.
  intros Ha Hb Hs [[H0 H1] [Hax Hbx]]. unfold gain. rewrite one_minus_share by assumption.
  pose proof (half_le a (a + b) x Ha Hs H0 Hax) as A.
  assert (B : b * ln (1 - x) - b * ln (b / (a + b)) <= (a + b) * (1 - x) - b) by (apply half_le; lra).
  lra.
Qed.

(** And it is the only one: every other admissible x earns strictly less.
    Claims: best_answer. *)
Theorem best_answer_unique a b x :
  0 <= a -> 0 <= b -> 0 < a + b -> admissible a b x -> x <> a / (a + b) -> gain a b x < gain a b (a / (a + b)).
Proof.
  intros Ha Hb Hs [[H0 H1] [Hax Hbx]] Hn. unfold gain. rewrite one_minus_share by assumption.
  pose proof (half_lt a (a + b) x Ha Hs H0 Hax Hn) as A.
  assert (B : b * ln (1 - x) - b * ln (b / (a + b)) <= (a + b) * (1 - x) - b) by (apply half_le; lra).
  lra.
Qed.

(** The best earning at a point is that of the Jensen-Shannon divergence, less log 2 for each unit of mass: with
    m = (p + q)/2, p log (p/(p + q)) + q log (q/(p + q)) = -(p + q) log 2 + p log (p/m) + q log (q/m). *)
Theorem value_at_a_point p q :
  0 <= p -> 0 <= q -> 0 < p + q ->
  gain p q (p / (p + q)) =
  - ln 2 * (p + q) + (p * ln (p / ((p + q) / 2)) + q * ln (q / ((p + q) / 2))).
Proof.
  intros Hp Hq Hs. unfold gain. rewrite one_minus_share by assumption.
  assert (T : forall a, 0 <= a -> a * ln (a / (p + q)) = - ln 2 * a + a * ln (a / ((p + q) / 2))).
  { intros a [Ha | <-]; [| lra]. rewrite !ln_div by lra. ring. }
  rewrite (T p), (T q) by assumption. ring.
Qed.

(** The best answer is the sigmoid of the log-ratio, and sigmoids of v and -v make 1.
    Claims: best_discriminator_is_a_sigmoid. *)
Theorem best_answer_is_a_sigmoid p q v :
  0 < p -> 0 < q ->
  / (1 + exp (- ln (p / q))) = p / (p + q) /\ / (1 + exp (- v)) + / (1 + exp v) = 1.
Proof.
  intros Hp Hq. rewrite !exp_Ropp, exp_ln by (now apply div_pos). pose proof (exp_pos v).
  split; field; repeat split; try lra; nra.
Qed.

(** Where both weights are 0 every answer earns 0. Claims: free_off_the_supports. *)
Theorem free_off_the_supports x : gain 0 0 x = 0.
Proof. unfold gain. ring. Qed.
