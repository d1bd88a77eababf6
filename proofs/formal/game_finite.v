(** * Goodfellow's theorem on finite spaces

    V D is the sum of p log D + q log (1 - D), p the data's law and q the generator's, zeros allowed. [Discriminator D]
    leaves out those D that say 0 where p > 0 or 1 where q > 0, for which V would be minus infinity. *)

From Coq Require Import Reals Lra Psatz List.
From Divergence Require Import logarithm finite discriminator gibbs.
Open Scope R_scope.

Section Game.
Variable X : Type.
Variable l : list X.
Variables p q : X -> R.
Hypothesis Lp : Law l p.
Hypothesis Lq : Law l q.

Definition Discriminator (D : X -> R) : Prop := forall x, In x l -> admissible (p x) (q x) (D x).
Definition V (D : X -> R) : R := sum (fun x => gain (p x) (q x) (D x)) l.
Definition best (x : X) : R := p x / (p x + q x).

Lemma p_nonneg x : In x l -> 0 <= p x.
Proof. exact (proj1 Lp x). Qed.
Lemma q_nonneg x : In x l -> 0 <= q x.
Proof. exact (proj1 Lq x). Qed.

Lemma best_is_discriminator : Discriminator best.
Proof. intros x Hx. apply share_admissible; [now apply p_nonneg | now apply q_nonneg]. Qed.

Lemma gain_le_best D x : Discriminator D -> In x l -> gain (p x) (q x) (D x) <= gain (p x) (q x) (best x).
Proof.
  intros HD Hx. pose proof (p_nonneg x Hx). pose proof (q_nonneg x Hx).
  destruct (Rle_lt_or_eq_dec 0 (p x + q x)) as [S | S]; [lra | |].
  - apply best_answer; auto.
  - assert (Ep : p x = 0) by lra. assert (Eq : q x = 0) by lra. unfold gain. rewrite Ep, Eq. lra.
Qed.

(** For a fixed generator no D has a greater V than D* = p/(p + q). Claims: best_discriminator. *)
Theorem best_discriminator D : Discriminator D -> V D <= V best.
Proof. intros HD. apply sum_le. intros x Hx. now apply gain_le_best. Qed.

(** D* is the only best discriminator on the union of the supports. Claims: best_discriminator. *)
Theorem best_discriminator_unique D :
  Discriminator D -> V D = V best -> forall x, In x l -> 0 < p x + q x -> D x = best x.
Proof.
  intros HD E x Hx S. destruct (Req_dec (D x) (best x)) as [H | H]; [assumption | exfalso].
  pose proof (sum_le_eq _ _ _ l (fun y Hy => gain_le_best D y HD Hy) E x Hx) as Ex. simpl in Ex.
  pose proof (best_answer_unique (p x) (q x) (D x) (p_nonneg x Hx) (q_nonneg x Hx) S (HD x Hx) H) as N.
  unfold best in Ex. lra.
Qed.

(** At the best discriminator V = -log 4 + 2 JSD(p, q). Claims: value_of_the_game. *)
Theorem value_of_the_game : V best = - ln 4 + 2 * JSD l p q.
Proof.
  unfold V, JSD, KL.
  rewrite (sum_ext _ _ (fun x => - ln 2 * (p x + q x)
    + (p x * ln (p x / mean p q x) + q x * ln (q x / mean p q x)))).
  - rewrite sum_plus, sum_scal, !sum_plus, (proj2 Lp), (proj2 Lq), ln_four. field.
  - intros x Hx. pose proof (p_nonneg x Hx). pose proof (q_nonneg x Hx). unfold mean, best.
    destruct (Rle_lt_or_eq_dec 0 (p x + q x)) as [S | S]; [lra | |].
    + now apply value_at_a_point.
    + assert (Ep : p x = 0) by lra. assert (Eq : q x = 0) by lra. unfold gain. rewrite Ep, Eq. lra.
Qed.

(** The value of the game is at least -log 4. Claims: least_value_of_the_game. *)
Theorem least_value : - ln 4 <= V best.
Proof. rewrite value_of_the_game. pose proof (jsd_nonnegative X l p q Lp Lq). lra. Qed.

(** And it is -log 4 only for p = q. Claims: least_value_of_the_game. *)
Theorem least_value_only : V best = - ln 4 <-> forall x, In x l -> p x = q x.
Proof. rewrite value_of_the_game, <- (jsd_zero X l p q Lp Lq). split; lra. Qed.

(** The best discriminator says 1/2 exactly where p = q. Claims: half_at_the_solution. *)
Theorem half_where_equal x : 0 < p x + q x -> (best x = / 2 <-> p x = q x).
Proof.
  intros S. unfold best. split; intros H.
  - assert (p x = / 2 * (p x + q x)) by (rewrite <- H; field; lra). lra.
  - rewrite H. field. lra.
Qed.
End Game.
