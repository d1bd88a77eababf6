(** * Fenchel-Young for the families: power(a), the hockey stick and its reverse *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Divergence Require Import logarithm rows young.
Open Scope R_scope.

(** ** power(a) *)

(** t^a above its tangent at 1, divided by the sign of its curvature: Bernoulli's inequality. *)
Definition bernoulli_gap (a t : R) : R := (Rpower t a - 1 - a * (t - 1)) / (a * (a - 1)).

Lemma Rpower_less_one (a t : R) : 0 < t -> Rpower t (a - 1) = Rpower t a / t.
Proof.
  intros Ht. replace (a - 1) with (a + - (1)) by ring. rewrite Rpower_plus, Rpower_Ropp, Rpower_1 by assumption.
  reflexivity.
Qed.

Lemma bernoulli_gap_derivative (a t : R) :
  a <> 0 -> a <> 1 -> 0 < t -> is_derive (bernoulli_gap a) t ((Rpower t (a - 1) - 1) / (a - 1)).
Proof.
  intros A0 A1 Ht. unfold bernoulli_gap. rewrite Rpower_less_one by assumption. unfold Rpower.
  assert (a - 1 <> 0) by lra. auto_derive; [assumption |]. field. lra.
Qed.

Lemma Rpower_sign (c t : R) : c <> 0 -> 0 < t -> (t <= 1 -> (Rpower t c - 1) / c <= 0) /\ (1 <= t -> 0 <= (Rpower t c
  - 1) / c).
Proof.
  intros C Ht.
  assert (Up : forall d x, 0 <= d * ln x -> 1 <= Rpower x d).
  { intros d x [H | H]; unfold Rpower; [left; rewrite <- exp_0 at 1; now apply exp_increasing | rewrite <- H, exp_0;
      lra]. }
  assert (Down : forall d x, d * ln x <= 0 -> Rpower x d <= 1).
  { intros d x [H | H]; unfold Rpower; [left; rewrite <- exp_0; now apply exp_increasing | rewrite H, exp_0; lra]. }
  split; intros T.
  - assert (L : ln t <= 0) by (rewrite <- ln_1; destruct T as [T | ->]; [left; now apply ln_increasing | lra]).
    destruct (Rdichotomy c 0 C) as [N | P].
    + specialize (Up c t ltac:(nra)). unfold Rdiv.
      pose proof (Rinv_lt_0_compat c N). nra.
    + specialize (Down c t ltac:(nra)). unfold Rdiv. pose proof (Rinv_0_lt_compat c P). nra.
  - assert (L : 0 <= ln t) by (rewrite <- ln_1; destruct T as [T | <-]; [left; apply ln_increasing; lra | lra]).
    destruct (Rdichotomy c 0 C) as [N | P].
    + specialize (Down c t ltac:(nra)). unfold Rdiv. pose proof (Rinv_lt_0_compat c N). nra.
    + specialize (Up c t ltac:(nra)). unfold Rdiv. pose proof (Rinv_0_lt_compat c P). nra.
Qed.

Lemma Rpower_one (a : R) : Rpower 1 a = 1.
Proof. unfold Rpower. now rewrite ln_1, Rmult_0_r, exp_0. Qed.

Lemma bernoulli (a t : R) : a <> 0 -> a <> 1 -> 0 < t -> 0 <= bernoulli_gap a t.
Proof.
  intros A0 A1. apply least_at with (f' := fun t => (Rpower t (a - 1) - 1) / (a - 1)) (z := 1).
  - lra.
  - unfold bernoulli_gap. rewrite Rpower_one. unfold Rdiv. ring.
  - intros x Hx. now apply bernoulli_gap_derivative.
  - intros x [H0 H1]. now apply Rpower_sign; [lra | |].
  - intros x H. apply Rpower_sign; lra.
Qed.

Lemma tangent_power a t s :
  a <> 0 -> a <> 1 -> 0 < t -> 0 < s ->
  power_f a s + power_critic a (ln s) * (t - s) <= power_f a t.
Proof.
  intros A0 A1 Ht Hs.
  pose proof (bernoulli a (t / s) A0 A1 (div_pos _ _ Ht Hs)) as B. unfold bernoulli_gap in B.
  assert (E : Rpower t a = Rpower s a * Rpower (t / s) a).
  { rewrite Rpower_mult_distr by (try assumption; apply div_pos; assumption). f_equal. field. lra. }
  unfold power_f, power_critic.
  replace (exp (ln s * (-1 + a))) with (Rpower s a / s)
    by (rewrite <- Rpower_less_one by assumption; unfold Rpower; f_equal; ring).
  rewrite E. assert (P : 0 < Rpower s a) by (unfold Rpower; apply exp_pos).
  set (S := Rpower s a) in *. set (Q := Rpower (t / s) a) in *.
  assert (D : / a * / (-1 + a) * (-1 + S * Q + -1 * a * (-1 + t))
    - (/ a * / (-1 + a) * (-1 + S + -1 * a * (-1 + s)) + / (-1 + a) * (-1 + S / s) * (t - s))
    = S * ((Q - 1 - a * (t / s - 1)) / (a * (a - 1)))) by (field; lra).
  assert (0 <= S * ((Q - 1 - a * (t / s - 1)) / (a * (a - 1)))) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma power_met a v :
  a <> 0 -> a <> 1 ->
  0 < 1 + power_critic a v * (-1 + a) /\
  power_critic a v * exp v - power_f a (exp v) = power_conjugate a (power_critic a v).
Proof.
  intros A0 A1. unfold power_f, power_critic, power_conjugate.
  assert (W : 1 + / (-1 + a) * (-1 + exp (v * (-1 + a))) * (-1 + a) = exp (v * (-1 + a))) by (field; lra).
  rewrite W, ln_exp. split; [apply exp_pos |].
  replace (a * / (-1 + a) * (v * (-1 + a))) with (a * v) by (field; lra).
  unfold Rpower. rewrite ln_exp.
  replace (exp (v * (-1 + a))) with (exp (a * v) / exp v)
    by (unfold Rdiv; rewrite <- exp_Ropp, <- exp_plus; f_equal; ring).
  pose proof (exp_pos v). field. lra.
Qed.

(** The conjugate of power(a) is ((1 + (a - 1) u)^(a/(a - 1)) - 1)/a where 1 + (a - 1) u > 0, for every a but 0 and 1,
    where the rows are reverse_kl and kl. Claims: fenchel[power(a)]. *)
Theorem young_power a :
  a <> 0 -> a <> 1 -> Conjugate (power_f a) (power_critic a) (power_conjugate a) (fun u => 0 < 1 + u * (-1 + a)).
Proof.
  intros A0 A1. split.
  - intros t u Ht Hu. set (v := ln (1 + u * (-1 + a)) / (-1 + a)).
    assert (E : power_critic a v = u).
    { unfold power_critic, v. replace (ln (1 + u * (-1 + a)) / (-1 + a) * (-1 + a)) with (ln (1 + u * (-1 + a)))
        by (field; lra). rewrite exp_ln by assumption. field. lra. }
    destruct (power_met a v A0 A1) as [_ M]. rewrite E in M. rewrite <- M.
    pose proof (tangent_power a t (exp v) A0 A1 Ht (exp_pos v)) as T. rewrite ln_exp, E in T. lra.
  - intros v. now apply power_met.
Qed.

(** At a = 0 and a = 1, where that formula is a limit, the family is reverse_kl and kl. Claims: fenchel[power(a)]. *)
Theorem power_ends t v u :
  (power0_f t = reverse_kl_f t /\ power0_critic v = reverse_kl_critic v /\
   power0_conjugate u = reverse_kl_conjugate u /\ power0_reverse_f t = kl_f t) /\
  (power1_f t = kl_f t /\ power1_critic v = kl_critic v /\
   power1_conjugate u = kl_conjugate u /\ power1_reverse_f t = reverse_kl_f t).
Proof.
  unfold power0_f, power0_critic, power0_conjugate, power0_reverse_f, power1_f, power1_critic, power1_conjugate,
    power1_reverse_f, kl_f, kl_critic, kl_conjugate, reverse_kl_f, reverse_kl_critic, reverse_kl_conjugate.
  repeat split; ring.
Qed.

(** For a > 1 the supremum at slopes up to -1/(a - 1) is -1/a, the limit at t = 0. *)
Theorem below_power a u :
  1 < a -> u <= - / (a - 1) ->
  (forall t, 0 < t -> u * t - power_f a t <= - / a) /\
  (forall e, 0 < e -> exists t, 0 < t /\ - / a - e < u * t - power_f a t).
Proof.
  intros A Hu.
  assert (F : forall t, u * t - power_f a t = - / a + (u + / (a - 1)) * t - / (a * (a - 1)) * Rpower t a)
    by (intros t; unfold power_f; field; lra).
  pose proof (Rinv_0_lt_compat (a * (a - 1)) ltac:(nra)) as K. split.
  - intros t Ht. rewrite F. assert (0 < Rpower t a) by (unfold Rpower; apply exp_pos). nra.
  - intros e He. set (C := 1 - (u + / (a - 1)) + / (a * (a - 1))). assert (HC : 1 <= C) by (unfold C; lra).
    set (t := Rmin 1 (e / (2 * C))).
    assert (0 < e / (2 * C)) by (apply div_pos; lra).
    assert (T0 : 0 < t) by (unfold t; apply Rmin_glb_lt; lra).
    assert (T1 : t <= 1) by apply Rmin_l. assert (T2 : t <= e / (2 * C)) by apply Rmin_r.
    exists t. split; [assumption |]. rewrite F.
    assert (P : Rpower t a <= t).
    { replace (Rpower t a) with (t * Rpower t (a - 1)) by (rewrite Rpower_less_one by assumption; field; lra).
      destruct (Rpower_sign (a - 1) t ltac:(lra) T0) as [S _]. specialize (S T1).
      assert ((Rpower t (a - 1) - 1) / (a - 1) * (a - 1) <= 0) by nra.
      replace ((Rpower t (a - 1) - 1) / (a - 1) * (a - 1)) with (Rpower t (a - 1) - 1) in H0 by (field; lra). nra. }
    assert (C * t <= e / 2).
    { apply Rle_trans with (C * (e / (2 * C))); [apply Rmult_le_compat_l; lra | right; field; lra]. }
    assert (/ (a * (a - 1)) * Rpower t a <= / (a * (a - 1)) * t) by (apply Rmult_le_compat_l; lra).
    unfold C in *. nra.
Qed.

(** For a < 1, not 0, the supremum at slopes above 1/(1 - a) is infinite. *)
Theorem above_power a : a < 1 -> a <> 0 -> InfiniteAbove (power_f a) (/ (1 - a)).
Proof.
  intros A A0. apply infinite_above with (Rmax 0 (/ (a * (1 - a)))). intros t Ht.
  assert (F : power_f a t = / (1 - a) * t + (1 - Rpower t a - a) * / (a * (1 - a)))
    by (unfold power_f; field; lra). rewrite F.
  assert (P : 0 < Rpower t a) by (unfold Rpower; apply exp_pos).
  apply Rplus_le_compat_l. destruct (Rdichotomy a 0 A0) as [N | Pa].
  - apply Rle_trans with 0; [| apply Rmax_l].
    pose proof (Rinv_lt_0_compat (a * (1 - a)) ltac:(nra)) as K.
    destruct (Rpower_sign a t A0 ltac:(lra)) as [_ S]. specialize (S Ht).
    assert (0 <= 1 - Rpower t a) by (apply Rmult_le_reg_l with (- / a); [pose proof (Rinv_lt_0_compat a N); lra |
      unfold Rdiv in S; lra]). nra.
  - apply Rle_trans with (/ (a * (1 - a))); [| apply Rmax_r].
    pose proof (Rinv_0_lt_compat (a * (1 - a)) ltac:(nra)) as K. nra.
Qed.

(** At the slope 1/(1 - a) itself it is infinite for 0 < a < 1, and for a < 0 it is -1/a, the limit at infinity. *)
Theorem edge_power a :
  (0 < a < 1 -> InfiniteFrom (power_f a) (/ (1 - a))) /\
  (a < 0 -> forall t, 0 < t -> / (1 - a) * t - power_f a t <= - / a).
Proof.
  assert (F : forall t, a <> 0 -> a <> 1 -> / (1 - a) * t - power_f a t = (Rpower t a + a - 1) * / (a * (1 - a)))
    by (intros; unfold power_f; field; lra).
  split.
  - intros [A0 A1]. assert (B : 0 < a * (1 - a)) by (apply Rmult_lt_0_compat; lra).
    pose proof (Rinv_0_lt_compat _ B) as K. apply infinite_from. intros M.
    set (w := Rabs M * (a * (1 - a)) + 1).
    assert (W : 0 < w) by (pose proof (Rmult_le_pos _ _ (Rabs_pos M) (Rlt_le _ _ B)); unfold w; lra).
    exists (Rpower w (/ a)). split; [apply exp_pos |]. rewrite F, Rpower_mult by lra.
    replace (/ a * a) with 1 by (field; lra). rewrite Rpower_1 by assumption.
    replace ((w + a - 1) * / (a * (1 - a))) with (Rabs M + a * / (a * (1 - a))) by (unfold w; field; lra).
    pose proof (Rle_abs M). nra.
  - intros A t Ht. rewrite F by lra. pose proof (Rinv_lt_0_compat (a * (1 - a)) ltac:(nra)) as K.
    assert (P : 0 < Rpower t a) by apply exp_pos.
    replace (- / a) with ((a - 1) * / (a * (1 - a))) by (field; lra). nra.
Qed.

(** ** hockey_stick(gamma) *)

(** The conjugate of hockey_stick(gamma) is gamma max(u, 0) for u <= 1. Claims: fenchel[hockey_stick(gamma)]. *)
Theorem young_hockey_stick gamma :
  1 <= gamma ->
  Conjugate (hockey_stick_f gamma) (hockey_stick_critic gamma) (hockey_stick_conjugate gamma) (fun u => u <= 1).
Proof.
  intros Hg. unfold hockey_stick_f, hockey_stick_critic, hockey_stick_conjugate, step. split.
  - intros t u Ht Hu. unfold Rmax. destruct (Rle_dec 0 (-1 * gamma + t)), (Rle_dec 0 u); nra.
  - intros v. destruct (Rlt_dec 0 (v + -1 * ln gamma)) as [P | P];
      [| destruct (Rlt_dec (v + -1 * ln gamma) 0) as [N | N]].
    + assert (gamma < exp v) by (rewrite <- (exp_ln gamma) by lra; apply exp_increasing; lra).
      rewrite !Rmax_right by lra. lra.
    + assert (exp v < gamma) by (rewrite <- (exp_ln gamma) by lra; apply exp_increasing; lra).
      rewrite !Rmax_left by lra. lra.
    + replace v with (ln gamma) by lra. rewrite exp_ln by lra. rewrite Rmax_right, Rmax_right by lra. lra.
Qed.

(** At the kink every slope between meets it. Claims: fenchel[hockey_stick(gamma)]. *)
Theorem kink_hockey_stick gamma u :
  0 <= u <= 1 -> u * gamma - hockey_stick_f gamma gamma = hockey_stick_conjugate gamma u.
Proof.
  intros Hu. unfold hockey_stick_f, hockey_stick_conjugate. rewrite (Rmax_right 0 u), Rmax_left by lra. ring.
Qed.

(** At slopes up to 0 the supremum is 0. *)
Theorem below_hockey_stick gamma : 1 <= gamma -> FlatBelow (hockey_stick_f gamma) 0 0.
Proof.
  intros Hg. unfold hockey_stick_f. split; [rewrite Rmax_left; lra |].
  intros t u Ht Hu. pose proof (Rmax_l 0 (-1 * gamma + t)). nra.
Qed.

(** At slopes above 1 it is infinite. *)
Theorem above_hockey_stick gamma : 1 <= gamma -> InfiniteAbove (hockey_stick_f gamma) 1.
Proof.
  intros Hg. apply infinite_above with 0. intros t Ht. unfold hockey_stick_f. apply Rmax_lub; lra.
Qed.

(** ** reverse_hockey_stick(gamma) *)

(** The conjugate of reverse_hockey_stick(gamma) is u/gamma for -gamma <= u <= 0.
    Claims: fenchel[reverse_hockey_stick(gamma)]. *)
Theorem young_reverse_hockey_stick gamma :
  1 <= gamma ->
  Conjugate (reverse_hockey_stick_f gamma) (reverse_hockey_stick_critic gamma) (reverse_hockey_stick_conjugate gamma)
    (fun u => - gamma <= u <= 0).
Proof.
  intros Hg. unfold reverse_hockey_stick_f, reverse_hockey_stick_critic, reverse_hockey_stick_conjugate, step.
  pose proof (Rinv_0_lt_compat gamma ltac:(lra)) as J. assert (JG : / gamma * gamma = 1) by (field; lra). split.
  - intros t u Ht Hu. set (w := / gamma * u). assert (Eu : u = gamma * w) by (unfold w; field; lra).
    assert (W0 : w <= 0) by (unfold w; nra). assert (W1 : -1 <= w) by (unfold w; nra).
    rewrite Eu. unfold Rmax. destruct (Rle_dec 0 (1 + -1 * gamma * t)); nra.
  - intros v. destruct (Rlt_dec 0 (-1 * v + -1 * ln gamma)) as [P | P];
      [| destruct (Rlt_dec (-1 * v + -1 * ln gamma) 0) as [N | N]].
    + assert (exp v < / gamma).
      { rewrite <- (exp_ln (/ gamma)) by assumption. apply exp_increasing. rewrite ln_Rinv; lra. }
      rewrite Rmax_right by nra. split; [lra |]. field. lra.
    + assert (/ gamma < exp v).
      { rewrite <- (exp_ln (/ gamma)) by assumption. apply exp_increasing. rewrite ln_Rinv; lra. }
      rewrite Rmax_left by nra. split; [lra | ring].
    + assert (exp v = / gamma).
      { rewrite <- (exp_ln (/ gamma)) by assumption. f_equal. rewrite ln_Rinv; lra. }
      rewrite H, Rmax_left by nra. split; [lra |]. field. lra.
Qed.

(** At the kink every slope between meets it. Claims: fenchel[reverse_hockey_stick(gamma)]. *)
Theorem kink_reverse_hockey_stick gamma u :
  1 <= gamma -> u * / gamma - reverse_hockey_stick_f gamma (/ gamma) = reverse_hockey_stick_conjugate gamma u.
Proof.
  intros Hg. unfold reverse_hockey_stick_f, reverse_hockey_stick_conjugate.
  replace (1 + -1 * gamma * / gamma) with 0 by (field; lra). rewrite Rmax_left by lra. ring.
Qed.

(** At slopes up to -gamma the supremum is -1. *)
Theorem below_reverse_hockey_stick gamma : 1 <= gamma -> FlatBelow (reverse_hockey_stick_f gamma) (- gamma) 1.
Proof.
  intros Hg. unfold reverse_hockey_stick_f. split; [rewrite Rmax_right; lra |].
  intros t u Ht Hu. pose proof (Rmax_r 0 (1 + -1 * gamma * t)). nra.
Qed.

(** At slopes above 0 it is infinite. *)
Theorem above_reverse_hockey_stick gamma : 1 <= gamma -> InfiniteAbove (reverse_hockey_stick_f gamma) 0.
Proof.
  intros Hg. apply infinite_above with 0. intros t Ht. unfold reverse_hockey_stick_f. rewrite Rmax_left; nra.
Qed.
