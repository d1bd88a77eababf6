(** * Goodfellow's theorem for densities on an interval

    The Riemann integral on [a, b] is one of the integrals of [game_functional]. Continuous positive densities have all
    the integrals that the theorem asks for; others, with zeros or jumps, must be shown to have them. *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Divergence Require Import logarithm discriminator game_functional.
Open Scope R_scope.

Section Interval.
Variables a b : R.
Hypothesis ab : a < b.

Definition L (f : R -> R) : Prop := ex_RInt f a b.
Definition I (f : R -> R) : R := RInt f a b.

Lemma I_ext f g : (forall x, f x = g x) -> I f = I g.
Proof. intros H. apply RInt_ext. intros x _. apply H. Qed.

Lemma L_ext f g : (forall x, f x = g x) -> L f -> L g.
Proof. intros H. apply ex_RInt_ext. intros x _. apply H. Qed.

Lemma L_plus f g : L f -> L g -> L (fun x => f x + g x).
Proof. exact (ex_RInt_plus f g a b). Qed.

Lemma L_scal c f : L f -> L (fun x => c * f x).
Proof. exact (ex_RInt_scal f a b c). Qed.

Lemma I_plus f g : L f -> L g -> I (fun x => f x + g x) = I f + I g.
Proof. exact (RInt_plus f g a b). Qed.

Lemma I_scal c f : L f -> I (fun x => c * f x) = c * I f.
Proof. exact (RInt_scal f a b c). Qed.

Lemma I_mono f g : L f -> L g -> (forall x, f x <= g x) -> I f <= I g.
Proof. intros F G H. apply RInt_le; [lra | exact F | exact G | intros x _; apply H]. Qed.

Section Densities.
Variables p q : R -> R.
Hypothesis p_nonneg : forall x, 0 <= p x.
Hypothesis q_nonneg : forall x, 0 <= q x.
Hypothesis Lp : L p.
Hypothesis Lq : L q.
Hypothesis p_one : RInt p a b = 1.
Hypothesis q_one : RInt q a b = 1.
Hypothesis L_kl_p : L (kl p (m p q)).
Hypothesis L_kl_q : L (kl q (m p q)).

(** For densities on an interval no discriminator has a greater V than p/(p + q). Claims: best_discriminator. *)
Theorem best_discriminator D :
  Discriminator L p q D -> V I p q D <= V I p q (best p q).
Proof.
  exact (game_functional.best_discriminator R L I L_ext L_plus L_scal I_mono p q p_nonneg q_nonneg Lp Lq
    L_kl_p L_kl_q D).
Qed.

(** At the best discriminator V = -log 4 + 2 JSD. Claims: value_of_the_game. *)
Theorem value_of_the_game : V I p q (best p q) = - ln 4 + 2 * JSD I p q.
Proof.
  exact (game_functional.value_of_the_game R L I I_ext L_plus L_scal I_plus I_scal p q p_nonneg q_nonneg Lp Lq
    p_one q_one L_kl_p L_kl_q).
Qed.

(** The value of the game is at least -log 4. Claims: least_value_of_the_game. *)
Theorem least_value : - ln 4 <= V I p q (best p q).
Proof.
  exact (game_functional.least_value R L I I_ext L_ext L_plus L_scal I_plus I_scal I_mono p q p_nonneg q_nonneg Lp Lq
    p_one q_one L_kl_p L_kl_q).
Qed.
End Densities.

Lemma continuous_ln_of (f : R -> R) x : 0 < f x -> continuous f x -> continuous (fun t => ln (f t)) x.
Proof.
  intros H C. apply (continuous_comp f ln); [exact C |].
  apply (ex_derive_continuous ln). exists (/ f x). apply is_derive_Reals, derivable_pt_lim_ln, H.
Qed.

Lemma continuous_div (f g : R -> R) x :
  0 < g x -> continuous f x -> continuous g x -> continuous (fun t => f t / g t) x.
Proof.
  intros H F G. apply (continuous_mult f (fun t => / g t)); [exact F |].
  apply (continuous_comp g Rinv); [exact G | apply continuous_Rinv; lra].
Qed.

(** What the theorem asks of densities holds of continuous positive ones. *)
Theorem continuous_densities p q :
  (forall x, 0 < p x) -> (forall x, 0 < q x) -> (forall x, continuous p x) -> (forall x, continuous q x) ->
  L p /\ L q /\ L (kl p (m p q)) /\ L (kl q (m p q)).
Proof.
  intros Hp Hq Cp Cq.
  assert (E : forall f : R -> R, (forall x, continuous f x) -> L f)
    by (intros f H; apply (ex_RInt_continuous f); intros; apply H).
  assert (Cm : forall x, continuous (m p q) x).
  { intros x. apply (continuous_div (fun x => p x + q x) (fun _ => 2)); [lra | | apply continuous_const].
    apply (continuous_plus p q); auto. }
  assert (Hm : forall x, 0 < m p q x) by (intros x; unfold m; specialize (Hp x); specialize (Hq x); lra).
  assert (K : forall u : R -> R, (forall x, 0 < u x) -> (forall x, continuous u x) -> L (kl u (m p q))).
  { intros u Hu Cu. apply E. intros x. unfold kl.
    apply (continuous_mult u (fun x => ln (u x / m p q x))); [auto |].
    apply (continuous_ln_of (fun x => u x / m p q x)); [apply div_pos; auto | now apply continuous_div]. }
  repeat split; auto.
Qed.
End Interval.
