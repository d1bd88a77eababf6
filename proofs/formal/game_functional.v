(** * Goodfellow's theorem for any integral

    One proof for sums, Riemann and Lebesgue integrals: I is a monotone linear functional on a class L of functions, AE
    what holds almost everywhere for it. The densities p, q are nonnegative, with integral 1. [L (kl p m)] and
    [L (kl q m)] say that the two halves of JSD have an integral; [L (payoff D)] that V(D) has one. *)

From Coq Require Import Reals Lra Psatz.
From Divergence Require Import logarithm discriminator.
Open Scope R_scope.

Section Functional.
Variable X : Type.
Variable L : (X -> R) -> Prop.
Variable I : (X -> R) -> R.
Variable AE : (X -> Prop) -> Prop.
Hypothesis I_ext : forall f g, (forall x, f x = g x) -> I f = I g.
Hypothesis L_ext : forall f g, (forall x, f x = g x) -> L f -> L g.
Hypothesis L_plus : forall f g, L f -> L g -> L (fun x => f x + g x).
Hypothesis L_scal : forall c f, L f -> L (fun x => c * f x).
Hypothesis I_plus : forall f g, L f -> L g -> I (fun x => f x + g x) = I f + I g.
Hypothesis I_scal : forall c f, L f -> I (fun x => c * f x) = c * I f.
Hypothesis I_mono : forall f g, L f -> L g -> (forall x, f x <= g x) -> I f <= I g.
Hypothesis I_definite : forall f, L f -> (forall x, 0 <= f x) -> I f = 0 -> AE (fun x => f x = 0).
Hypothesis AE_mono : forall P Q : X -> Prop, (forall x, P x -> Q x) -> AE P -> AE Q.

Variables p q : X -> R.
Hypothesis p_nonneg : forall x, 0 <= p x.
Hypothesis q_nonneg : forall x, 0 <= q x.
Hypothesis Lp : L p.
Hypothesis Lq : L q.
Hypothesis p_one : I p = 1.
Hypothesis q_one : I q = 1.

Definition m (x : X) : R := (p x + q x) / 2.
Definition kl (u v : X -> R) (x : X) : R := u x * ln (u x / v x).
Hypothesis L_kl_p : L (kl p m).
Hypothesis L_kl_q : L (kl q m).

Definition payoff (D : X -> R) (x : X) : R := gain (p x) (q x) (D x).
Definition best (x : X) : R := p x / (p x + q x).
Definition Discriminator (D : X -> R) : Prop := L (payoff D) /\ forall x, admissible (p x) (q x) (D x).
Definition V (D : X -> R) : R := I (payoff D).
Definition JSD : R := / 2 * I (kl p m) + / 2 * I (kl q m).

Lemma L_minus f g : L f -> L g -> L (fun x => f x - g x).
Proof.
  intros F G. apply L_ext with (fun x => f x + (-1) * g x); [intros; ring |].
  apply (L_plus f (fun x => -1 * g x)); [assumption | now apply L_scal].
Qed.

Lemma I_minus f g : L f -> L g -> I (fun x => f x - g x) = I f - I g.
Proof.
  intros F G. rewrite (I_ext _ (fun x => f x + (-1) * g x)) by (intros; ring).
  rewrite (I_plus f (fun x => -1 * g x)), I_scal by (try apply L_scal; assumption). ring.
Qed.

(** Where f <= g and the integrals agree, f = g almost everywhere. *)
Lemma I_le_eq f g : L f -> L g -> (forall x, f x <= g x) -> I f = I g -> AE (fun x => f x = g x).
Proof.
  intros F G H E. apply AE_mono with (fun x => g x - f x = 0); [intros; lra |].
  apply (I_definite (fun x => g x - f x)); [now apply L_minus | intros x; specialize (H x); lra |].
  rewrite (I_minus g f) by assumption. lra.
Qed.

Lemma L_m : L m.
Proof.
  apply L_ext with (fun x => / 2 * (p x + q x)); [intros; unfold m; field |].
  apply (L_scal (/ 2) (fun x => p x + q x)), L_plus; assumption.
Qed.

Lemma m_one : I m = 1.
Proof.
  rewrite (I_ext m (fun x => / 2 * (p x + q x))) by (intros; unfold m; field).
  rewrite (I_scal (/ 2) (fun x => p x + q x)), I_plus, p_one, q_one by (try apply L_plus; assumption). field.
Qed.

Lemma payoff_best x : payoff best x = - ln 2 * (p x + q x) + (kl p m x + kl q m x).
Proof.
  unfold payoff, best, kl, m. pose proof (p_nonneg x). pose proof (q_nonneg x).
  destruct (Rle_lt_or_eq_dec 0 (p x + q x)) as [S | S]; [lra | |].
  - now apply value_at_a_point.
  - assert (Ep : p x = 0) by lra. assert (Eq : q x = 0) by lra. unfold gain. rewrite Ep, Eq. lra.
Qed.

Lemma payoff_le_best D x : admissible (p x) (q x) (D x) -> payoff D x <= payoff best x.
Proof.
  intros A. unfold payoff, best. pose proof (p_nonneg x). pose proof (q_nonneg x).
  destruct (Rle_lt_or_eq_dec 0 (p x + q x)) as [S | S]; [lra | |].
  - apply best_answer; auto.
  - assert (Ep : p x = 0) by lra. assert (Eq : q x = 0) by lra. unfold gain. rewrite Ep, Eq. lra.
Qed.

Lemma L_sum : L (fun x => p x + q x).
Proof. now apply L_plus. Qed.

Lemma L_parts : L (fun x => kl p m x + kl q m x).
Proof. now apply L_plus. Qed.

Lemma best_is_discriminator : Discriminator best.
Proof.
  split.
  - apply L_ext with (fun x => - ln 2 * (p x + q x) + (kl p m x + kl q m x)); [intros; symmetry; apply payoff_best |].
    apply (L_plus (fun x => - ln 2 * (p x + q x)) (fun x => kl p m x + kl q m x)); [| exact L_parts].
    apply (L_scal (- ln 2) (fun x => p x + q x)), L_sum.
  - intros x. now apply share_admissible.
Qed.

(** No discriminator has a greater V than p/(p + q). *)
Theorem best_discriminator D : Discriminator D -> V D <= V best.
Proof.
  intros [LD HD]. apply I_mono; [exact LD | apply best_is_discriminator |].
  intros x. now apply payoff_le_best.
Qed.

(** One that has the same V is p/(p + q) almost everywhere on the union of the supports. *)
Theorem best_discriminator_unique D :
  Discriminator D -> V D = V best -> AE (fun x => 0 < p x + q x -> D x = best x).
Proof.
  intros [LD HD] E. apply AE_mono with (fun x => payoff D x = payoff best x).
  - intros x Ex S. destruct (Req_dec (D x) (best x)) as [H | H]; [assumption | exfalso].
    pose proof (best_answer_unique (p x) (q x) (D x) (p_nonneg x) (q_nonneg x) S (HD x) H) as N.
    unfold payoff, best in Ex. lra.
  - apply I_le_eq; [exact LD | apply best_is_discriminator | | exact E]. intros x. now apply payoff_le_best.
Qed.

(** At the best discriminator V = -log 4 + 2 JSD. *)
Theorem value_of_the_game : V best = - ln 4 + 2 * JSD.
Proof.
  unfold V, JSD. rewrite (I_ext _ _ payoff_best).
  rewrite (I_plus (fun x => - ln 2 * (p x + q x)) (fun x => kl p m x + kl q m x));
    [| apply (L_scal (- ln 2) (fun x => p x + q x)), L_sum | exact L_parts].
  rewrite (I_scal (- ln 2) (fun x => p x + q x)) by exact L_sum.
  rewrite !I_plus, p_one, q_one, ln_four by assumption. field.
Qed.

Lemma half_nonneg u : (forall x, 0 <= u x <= 2 * m x) -> L u -> I u = 1 -> L (kl u m) -> 0 <= I (kl u m).
Proof.
  intros Hu Lu u_one Lk. replace 0 with (I (fun x => u x - m x))
    by (rewrite (I_minus u m), u_one, m_one by (try exact L_m; assumption); ring).
  apply I_mono; [apply (L_minus u m); [assumption | exact L_m] | assumption |].
  intros x. specialize (Hu x). apply gibbs_term; lra.
Qed.

Lemma half_zero u :
  (forall x, 0 <= u x <= 2 * m x) -> L u -> I u = 1 -> L (kl u m) -> I (kl u m) = 0 -> AE (fun x => u x = m x).
Proof.
  intros Hu Lu u_one Lk E.
  apply AE_mono with (fun x => u x - m x = kl u m x).
  - intros x Ex. specialize (Hu x). destruct (Req_dec (u x) (m x)) as [H | H]; [assumption | exfalso].
    assert (u x - m x < u x * ln (u x / m x)) by (apply gibbs_term_strict; lra). unfold kl in Ex. lra.
  - apply (I_le_eq (fun x => u x - m x) (kl u m)); [apply (L_minus u m); [assumption | exact L_m] | assumption | |].
    + intros x. specialize (Hu x). apply gibbs_term; lra.
    + rewrite (I_minus u m), u_one, m_one, E by (try exact L_m; assumption). ring.
Qed.

Lemma p_le_2m x : 0 <= p x <= 2 * m x.
Proof. unfold m. pose proof (p_nonneg x). pose proof (q_nonneg x). lra. Qed.

Lemma q_le_2m x : 0 <= q x <= 2 * m x.
Proof. unfold m. pose proof (p_nonneg x). pose proof (q_nonneg x). lra. Qed.

(** JSD >= 0, so the value of the game is at least -log 4. *)
Theorem least_value : - ln 4 <= V best.
Proof.
  rewrite value_of_the_game. unfold JSD.
  pose proof (half_nonneg p p_le_2m Lp p_one L_kl_p). pose proof (half_nonneg q q_le_2m Lq q_one L_kl_q). lra.
Qed.

(** The value of the game is -log 4 only if p = q almost everywhere. *)
Theorem least_value_only : V best = - ln 4 -> AE (fun x => p x = q x).
Proof.
  rewrite value_of_the_game. unfold JSD. intros E.
  pose proof (half_nonneg p p_le_2m Lp p_one L_kl_p). pose proof (half_nonneg q q_le_2m Lq q_one L_kl_q).
  apply AE_mono with (fun x => p x = m x); [intros x; unfold m; lra |].
  apply half_zero; [exact p_le_2m | exact Lp | exact p_one | exact L_kl_p | lra].
Qed.
End Functional.

Arguments m {X} p q x.
Arguments kl {X} u v x.
Arguments payoff {X} p q D x.
Arguments best {X} p q x.
Arguments Discriminator {X} L p q D.
Arguments V {X} I p q D.
Arguments JSD {X} I p q.
