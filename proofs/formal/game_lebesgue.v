(** * Goodfellow's theorem for Lebesgue integrals

    On any measurable space with any measure, for densities p, q >= 0 with integral 1: the Lebesgue integral of
    mathcomp-analysis is one of the integrals of [game_functional], and what it does not see is a null set. *)

From mathcomp Require Import all_ssreflect ssralg ssrnum.
From mathcomp Require Import boolp classical_sets functions reals ereal constructive_ereal signed Rstruct topology.
From mathcomp Require Import normedtype sequences measure lebesgue_measure numfun lebesgue_integral.
From Coq Require Import Reals Lra.
From Divergence Require game_functional discriminator.
Import GRing.Theory Num.Theory.
Set Implicit Arguments.
Unset Strict Implicit.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Lebesgue.
Context d (T : measurableType d) (mu : {measure set T -> \bar real_realType}).

Definition L (f : T -> R) : Prop := mu.-integrable setT (fun x => (f x)%:E).
Definition I (f : T -> R) : R := fine (\int[mu]_x (f x)%:E)%E.
Definition AE (P : T -> Prop) : Prop := {ae mu, forall x, P x}.

Lemma I_ext f g : (forall x, f x = g x) -> I f = I g.
Proof. by move=> H; rewrite /I; congr fine; apply: eq_integral => x _; rewrite H. Qed.

Lemma L_ext f g : (forall x, f x = g x) -> L f -> L g.
Proof. by move=> H; rewrite /L; apply: eq_integrable => // x _; rewrite H. Qed.

Lemma L_plus f g : L f -> L g -> L (fun x => (f x + g x)%R).
Proof. by move=> F G; apply: eq_integrable (integrableD measurableT F G). Qed.

Lemma L_scal c f : L f -> L (fun x => (c * f x)%R).
Proof. by move=> F; apply: eq_integrable (integrablerM measurableT c F). Qed.

Lemma I_plus f g : L f -> L g -> I (fun x => Rplus (f x) (g x)) = Rplus (I f) (I g).
Proof.
move=> F G; rewrite /I RplusE -fineD; first last.
- exact: (integral_fune_fin_num measurableT G).
- exact: (integral_fune_fin_num measurableT F).
by rewrite -(integralD measurableT F G); congr fine; apply: eq_integral => x _; rewrite -EFinD -RplusE.
Qed.

Lemma I_scal c f : L f -> I (fun x => Rmult c (f x)) = Rmult c (I f).
Proof.
move=> F; rewrite /I RmultE -[c in RHS]/(fine c%:E) -fineM //; last exact: (integral_fune_fin_num measurableT F).
by rewrite -(integralM measurableT F); congr fine; apply: eq_integral => x _; rewrite -EFinM -RmultE.
Qed.

Lemma I_nonneg f : (forall x, Rle R0 (f x)) -> Rle R0 (I f).
Proof. by move=> H; apply/RleP; rewrite /I; apply: fine_ge0; apply: integral_ge0 => x _; rewrite lee_fin; apply/RleP; apply: H. Qed.

Lemma I_mono f g : L f -> L g -> (forall x, Rle (f x) (g x)) -> Rle (I f) (I g).
Proof.
move=> F G H.
have A : Rle R0 (I (fun x => Rplus (g x) (Rmult (-1)%R (f x)))).
  by apply: I_nonneg => x; have := H x; clear; move=> h; lra.
rewrite I_plus // in A; last exact: L_scal.
rewrite I_scal // in A; clear -A; lra.
Qed.

Lemma AE_mono (P Q : T -> Prop) : (forall x, P x -> Q x) -> AE P -> AE Q.
Proof. by move=> H [N [mN N0 sub]]; exists N; split => // x nQ; apply: sub => /= px; apply: nQ; exact: H. Qed.

(** A nonnegative function with integral 0 is 0 almost everywhere. *)
Lemma I_definite f : L f -> (forall x, Rle R0 (f x)) -> I f = R0 -> AE (fun x => f x = R0).
Proof.
move=> F f0 If0.
have E : (\int[mu]_x (f x)%:E = 0)%E.
  have := integral_fune_fin_num measurableT F; move=> /fineK <-; congr EFin; exact: If0.
have A : (\int[mu]_x `|(f x)%:E| = 0)%E.
  by rewrite -[RHS]E; apply: eq_integral => x _; rewrite gee0_abs// lee_fin; apply/RleP; exact: f0.
have [mf _] := F.
have := (ae_eq_integral_abs mu measurableT mf).1 A.
by move=> [N [mN N0 sub]]; exists N; split => // x nf; apply: sub => /= h; apply: nf; have [] := h Logic.I.
Qed.

Section Game.
Variables p q : T -> R.
Hypothesis p_nonneg : forall x, Rle R0 (p x).
Hypothesis q_nonneg : forall x, Rle R0 (q x).
Hypothesis Lp : L p.
Hypothesis Lq : L q.
Hypothesis p_one : I p = R1.
Hypothesis q_one : I q = R1.
Hypothesis L_kl_p : L (game_functional.kl p (game_functional.m p q)).
Hypothesis L_kl_q : L (game_functional.kl q (game_functional.m p q)).

Definition best : T -> R := game_functional.best p q.
Definition V (D : T -> R) : R := game_functional.V I p q D.
Definition JSD : R := game_functional.JSD I p q.
Definition Discriminator (D : T -> R) : Prop := game_functional.Discriminator L p q D.

(** No discriminator has a greater V than p/(p + q), p and q being densities with respect to any measure.
    Claims: best_discriminator. *)
Theorem best_discriminator (D : T -> R) : Discriminator D -> Rle (V D) (V best).
Proof.
exact: (game_functional.best_discriminator T L I (@L_ext) (@L_plus) (@L_scal) (@I_mono) p q p_nonneg q_nonneg Lp Lq L_kl_p L_kl_q).
Qed.

(** One that has the same V is p/(p + q) almost everywhere on the union of the supports. Claims: best_discriminator. *)
Theorem best_discriminator_unique (D : T -> R) :
  Discriminator D -> V D = V best -> {ae mu, forall x, Rlt R0 (Rplus (p x) (q x)) -> D x = best x}.
Proof.
exact: (game_functional.best_discriminator_unique T L I AE (@I_ext) (@L_ext) (@L_plus) (@L_scal) (@I_plus) (@I_scal) (@I_definite) (@AE_mono)
  p q p_nonneg q_nonneg Lp Lq L_kl_p L_kl_q).
Qed.

(** At the best discriminator V = -log 4 + 2 JSD. Claims: value_of_the_game. *)
Theorem value_of_the_game : V best = Rplus (Ropp (ln 4)) (Rmult 2 JSD).
Proof.
exact: (game_functional.value_of_the_game T L I (@I_ext) (@L_plus) (@L_scal) (@I_plus) (@I_scal) p q p_nonneg q_nonneg Lp Lq
  p_one q_one L_kl_p L_kl_q).
Qed.

(** The value of the game is at least -log 4. Claims: least_value_of_the_game. *)
Theorem least_value : Rle (Ropp (ln 4)) (V best).
Proof.
exact: (game_functional.least_value T L I (@I_ext) (@L_ext) (@L_plus) (@L_scal) (@I_plus) (@I_scal) (@I_mono) p q p_nonneg q_nonneg Lp Lq
  p_one q_one L_kl_p L_kl_q).
Qed.

(** And it is -log 4 only if p = q almost everywhere. Claims: least_value_of_the_game. *)
Theorem least_value_only : V best = Ropp (ln 4) -> {ae mu, forall x, p x = q x}.
Proof.
exact: (game_functional.least_value_only T L I AE (@I_ext) (@L_ext) (@L_plus) (@L_scal) (@I_plus) (@I_scal) (@I_mono) (@I_definite) (@AE_mono)
  p q p_nonneg q_nonneg Lp Lq p_one q_one L_kl_p L_kl_q).
Qed.
End Game.
End Lebesgue.
