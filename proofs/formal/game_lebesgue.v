(** * Goodfellow's theorem for Lebesgue integrals

    On any measurable space with any measure, for densities p, q >= 0 with integral 1, and nothing else: the Lebesgue
    integral of mathcomp-analysis is one of the integrals of [game_functional], what it does not see is a null set, and
    the two halves of JSD have an integral. *)

From mathcomp Require Import all_ssreflect ssralg ssrnum.
From mathcomp Require Import boolp classical_sets functions reals ereal constructive_ereal signed Rstruct topology.
From mathcomp Require Import normedtype sequences measure lebesgue_measure numfun lebesgue_integral.
From Coq Require Import Reals Lra.
From Divergence Require logarithm game_functional.
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
Proof.
move=> H; apply/RleP; rewrite /I; apply: fine_ge0; apply: integral_ge0 => x _; rewrite lee_fin.
by apply/RleP; apply: H.
Qed.

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

(** ** The two halves of JSD always have an integral *)

Lemma measurable_ln : measurable_fun setT (ln : real_realType -> real_realType).
Proof.
pose D := [set x : real_realType | 0 < x].
have oD : open D by exact: open_gt.
have mD : measurable D by exact: open_measurable.
rewrite -(setUv D); apply/measurable_funU; [exact: mD|exact: measurableC|split].
- apply: open_continuous_measurable_fun => // x; rewrite inE /D /= => /RltP x0.
  apply/continuity_pt_cvg; apply: derivable_continuous_pt; exists (Rinv x); exact: derivable_pt_lim_ln.
- have : measurable_fun (~` D) (cst 0 : real_realType -> real_realType) by exact: measurable_fun_cst.
  apply: eq_measurable_fun.
  move=> x; rewrite inE /D => xN; rewrite /cst /ln; case: Rlt_dec => // h.
  by case: xN => /=; apply/RltP.
Qed.

Lemma measurable_of f : L f -> measurable_fun setT (f : T -> real_realType).
Proof. by move=> [mf _]; apply/EFin_measurable_fun. Qed.

(** u log (u/m) where 0 <= u <= 2 m is between u - m and u log 2. *)
Lemma L_half u w : (forall x, Rle R0 (u x) /\ Rle (u x) (Rmult 2 (w x))) -> L u -> L w -> L (game_functional.kl u w).
Proof.
move=> H Lu Lw.
have E x : game_functional.kl u w x = u x * (ln (u x) - ln (w x)).
  rewrite /game_functional.kl -RmultE -RminusE; have [h0 h1] := H x.
  case: (Req_dec (u x) 0) => [->|n]; first by rewrite !Rmult_0_l.
  by rewrite logarithm.ln_div //; lra.
have M : measurable_fun setT (game_functional.kl u w : T -> real_realType).
  have -> : (game_functional.kl u w : T -> real_realType) = u \* ((ln \o u) \- (ln \o w)).
    by apply/funext => x; exact: E.
  apply: measurable_funM; first exact: measurable_of.
  apply: measurable_funB.
    exact: (measurable_fun_comp measurable_ln (measurable_of Lu)).
  exact: (measurable_fun_comp measurable_ln (measurable_of Lw)).
have B := L_plus Lu Lw.
apply: le_integrable B => //; first exact/EFin_measurable_fun.
move=> x _; rewrite /= lee_fin; apply: (Order.POrderTheory.le_trans _ (ler_norm _)); have [h0 h1] := H x.
have G := logarithm.gibbs_term (u x) (w x) h0.
have U : Rle (game_functional.kl u w x) (u x).
  rewrite /game_functional.kl; have [h|h] := h0; last by rewrite -h; lra.
  have w0 : Rlt R0 (w x) by lra.
  have l2 : Rle (ln 2) 1 by have := logarithm.ln_le_minus_one 2; lra.
  have le : Rle (ln (Rdiv (u x) (w x))) (ln 2).
    have d0 := logarithm.div_pos _ _ h w0.
    have d2 : Rle (Rdiv (u x) (w x)) 2.
      apply: (Rmult_le_reg_r (w x)) => //; rewrite /Rdiv Rmult_assoc Rinv_l; lra.
    have [d2'|->] := d2; [left; exact: ln_increasing|right; reflexivity].
  by rewrite -[X in Rle _ X]Rmult_1_r; apply: Rmult_le_compat_l => //; lra.
have Lo : Rle (Rminus (u x) (w x)) (game_functional.kl u w x).
  by apply: G; [lra|move=> h; lra].
rewrite ler_norml; apply/andP; split; apply/RleP; rewrite -?RoppE -?RplusE; lra.
Qed.

Section Game.
Variables p q : T -> R.
Hypothesis p_nonneg : forall x, Rle R0 (p x).
Hypothesis q_nonneg : forall x, Rle R0 (q x).
Hypothesis Lp : L p.
Hypothesis Lq : L q.
Hypothesis p_one : I p = R1.
Hypothesis q_one : I q = R1.

Let L_m : L (game_functional.m p q).
Proof. exact: (game_functional.L_m T L (@L_ext) (@L_plus) (@L_scal) p q Lp Lq). Qed.

Lemma L_kl_p : L (game_functional.kl p (game_functional.m p q)).
Proof. apply: L_half Lp L_m; exact: game_functional.p_le_2m p_nonneg q_nonneg. Qed.

Lemma L_kl_q : L (game_functional.kl q (game_functional.m p q)).
Proof. apply: L_half Lq L_m; exact: game_functional.q_le_2m p_nonneg q_nonneg. Qed.

Definition best : T -> R := game_functional.best p q.
Definition V (D : T -> R) : R := game_functional.V I p q D.
Definition JSD : R := game_functional.JSD I p q.
Definition Discriminator (D : T -> R) : Prop := game_functional.Discriminator L p q D.

(** No discriminator has a greater V than p/(p + q), p and q being densities with respect to any measure.
    Claims: best_discriminator. *)
Theorem best_discriminator (D : T -> R) : Discriminator D -> Rle (V D) (V best).
Proof.
exact: (game_functional.best_discriminator T L I (@L_ext) (@L_plus) (@L_scal) (@I_mono) p q p_nonneg q_nonneg Lp Lq
  L_kl_p L_kl_q).
Qed.

(** One that has the same V is p/(p + q) almost everywhere on the union of the supports. Claims: best_discriminator. *)
Theorem best_discriminator_unique (D : T -> R) :
  Discriminator D -> V D = V best -> {ae mu, forall x, Rlt R0 (Rplus (p x) (q x)) -> D x = best x}.
Proof.
exact: (game_functional.best_discriminator_unique T L I AE (@I_ext) (@L_ext) (@L_plus) (@L_scal) (@I_plus) (@I_scal)
  (@I_definite) (@AE_mono) p q p_nonneg q_nonneg Lp Lq L_kl_p L_kl_q).
Qed.

(** At the best discriminator V = -log 4 + 2 JSD. Claims: value_of_the_game. *)
Theorem value_of_the_game : V best = Rplus (Ropp (ln 4)) (Rmult 2 JSD).
Proof.
exact: (game_functional.value_of_the_game T L I (@I_ext) (@L_plus) (@L_scal) (@I_plus) (@I_scal) p q p_nonneg
  q_nonneg Lp Lq p_one q_one L_kl_p L_kl_q).
Qed.

(** The value of the game is at least -log 4. Claims: least_value_of_the_game. *)
Theorem least_value : Rle (Ropp (ln 4)) (V best).
Proof.
exact: (game_functional.least_value T L I (@I_ext) (@L_ext) (@L_plus) (@L_scal) (@I_plus) (@I_scal) (@I_mono) p q
  p_nonneg q_nonneg Lp Lq p_one q_one L_kl_p L_kl_q).
Qed.

(** And it is -log 4 only if p = q almost everywhere. Claims: least_value_of_the_game. *)
Theorem least_value_only : V best = Ropp (ln 4) -> {ae mu, forall x, p x = q x}.
Proof.
exact: (game_functional.least_value_only T L I AE (@I_ext) (@L_ext) (@L_plus) (@L_scal) (@I_plus) (@I_scal)
  (@I_mono) (@I_definite) (@AE_mono) p q p_nonneg q_nonneg Lp Lq p_one q_one L_kl_p L_kl_q).
Qed.
End Game.
End Lebesgue.
