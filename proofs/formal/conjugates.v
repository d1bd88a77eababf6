(** * The conjugates are suprema

    [Met f g inside]: at each slope u that is [inside], g u is not only above u t - f t for every t > 0, as [young] and
    [young_families] prove, but the least number that is: some t comes as near as one likes. *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Divergence Require Import logarithm rows young young_families.
Open Scope R_scope.

Definition Met (f g : R -> R) (inside : R -> Prop) : Prop :=
  forall u e, inside u -> 0 < e -> exists t, 0 < t /\ g u - e < u * t - f t.

Lemma met_at (f g : R -> R) (inside : R -> Prop) :
  (forall u, inside u -> exists t, 0 < t /\ u * t - f t = g u) -> Met f g inside.
Proof. intros H u e Hu He. destruct (H u Hu) as [t [Ht E]]. exists t. split; [assumption | lra]. Qed.

(** At the slope T v it is met at t = exp v. *)
Lemma met_by (f T g : R -> R) (inside : R -> Prop) (v : R -> R) :
  Conjugate f T g inside -> (forall u, inside u -> T (v u) = u) -> Met f g inside.
Proof.
  intros [_ M] H. apply met_at. intros u Hu. exists (exp (v u)). split; [apply exp_pos |].
  destruct (M (v u)) as [_ E]. rewrite (H u Hu) in E. exact E.
Qed.

(** The conjugate of kl is the supremum. Claims: fenchel[kl]. *)
Theorem met_kl : Met kl_f kl_conjugate (fun _ => True).
Proof. apply (met_by _ _ _ _ (fun u => u) young_kl). intros u _. reflexivity. Qed.

(** The conjugate of reverse_kl is the supremum for u < 1. Claims: fenchel[reverse_kl]. *)
Theorem met_reverse_kl : Met reverse_kl_f reverse_kl_conjugate (fun u => u < 1).
Proof.
  apply (met_by _ _ _ _ (fun u => - ln (1 - u)) young_reverse_kl). intros u Hu. unfold reverse_kl_critic.
  replace (-1 * - ln (1 - u)) with (ln (1 - u)) by ring. rewrite exp_ln by lra. ring.
Qed.

(** The conjugate of js is the supremum for u < 1/2 log 2. Claims: fenchel[js]. *)
Theorem met_js : Met js_f js_conjugate (fun u => u < / 2 * ln 2).
Proof.
  apply (met_by _ _ _ _ (fun u => - ln (2 * exp (-2 * u) - 1)) young_js). intros u Hu. unfold js_critic.
  assert (P : 1 < 2 * exp (-2 * u)).
  { assert (exp (- ln 2) < exp (-2 * u)) by (apply exp_increasing; lra).
    rewrite exp_Ropp, exp_ln in H by lra. lra. }
  replace (-1 * - ln (2 * exp (-2 * u) - 1)) with (ln (2 * exp (-2 * u) - 1)) by ring. rewrite exp_ln by lra.
  replace (/ 2 + / 2 * (2 * exp (-2 * u) - 1)) with (exp (-2 * u)) by field. rewrite ln_exp. field.
Qed.

(** The conjugate of total_variation is the supremum for -1/2 <= u <= 1/2. Claims: fenchel[total_variation]. *)
Theorem met_total_variation : Met total_variation_f total_variation_conjugate (fun u => -/ 2 <= u <= / 2).
Proof. apply met_at. intros u _. exists 1. split; [lra | apply kink_total_variation]. Qed.

(** The conjugate of squared_hellinger is the supremum for u < 1/2. Claims: fenchel[squared_hellinger]. *)
Theorem met_squared_hellinger : Met squared_hellinger_f squared_hellinger_conjugate (fun u => u < / 2).
Proof.
  apply (met_by _ _ _ _ (fun u => -2 * ln (1 - 2 * u)) young_squared_hellinger). intros u Hu.
  unfold squared_hellinger_critic. replace (-1 * / 2 * (-2 * ln (1 - 2 * u))) with (ln (1 - 2 * u)) by field.
  rewrite exp_ln by lra. field.
Qed.

(** The conjugate of pearson is the supremum for u > -2. Claims: fenchel[pearson]. *)
Theorem met_pearson : Met pearson_f pearson_conjugate (fun u => -2 < u).
Proof.
  apply (met_by _ _ _ _ (fun u => ln (1 + u / 2)) young_pearson). intros u Hu. unfold pearson_critic.
  rewrite exp_ln by lra. field.
Qed.

(** The conjugate of neyman is the supremum for u <= 1. Claims: fenchel[neyman]. *)
Theorem met_neyman : Met neyman_f neyman_conjugate (fun u => u <= 1).
Proof.
  intros u e [Hu | ->] He.
  - apply (met_by neyman_f neyman_critic neyman_conjugate (fun u => u < 1) (fun u => - / 2 * ln (1 - u)));
      [| | exact Hu | exact He].
    + destruct young_neyman as [Y M]. split; [intros t w Ht Hw; apply Y; [exact Ht | lra] |].
      intros v. split; [| apply M]. unfold neyman_critic. pose proof (exp_pos (-1 * 2 * v)). lra.
    + intros w Hw. unfold neyman_critic. replace (-1 * 2 * (- / 2 * ln (1 - w))) with (ln (1 - w)) by field.
      rewrite exp_ln by lra. ring.
  - exists (2 / e). assert (T : 0 < 2 / e) by (apply div_pos; lra). split; [assumption |].
    unfold neyman_f, neyman_conjugate. replace (1 + -1 * 1) with 0 by ring. rewrite sqrt_0.
    replace (1 * (2 / e) - / (2 / e) * (-1 + 2 / e) ^ 2) with (2 - e / 2) by (field; lra). lra.
Qed.

(** The conjugate of triangular is the supremum for -3/2 < u <= 1/2. Claims: fenchel[triangular]. *)
Theorem met_triangular : Met triangular_f triangular_conjugate (fun u => -3 / 2 < u <= / 2).
Proof.
  intros u e [Low [Hu | ->]] He.
  - apply (met_by triangular_f triangular_critic triangular_conjugate (fun u => -3 / 2 < u < / 2)
      (fun u => ln (2 / sqrt (1 - 2 * u) - 1))); [| | lra | exact He].
    + destruct young_triangular as [Y M]. split; [intros t w Ht Hw; apply Y; [exact Ht | lra] |].
      intros v. destruct (M v) as [B E]. split; [| exact E]. split; [apply B |].
      unfold triangular_critic. rewrite tanh_half. pose proof (exp_pos v) as P. set (s := exp v) in *.
      apply Rmult_lt_reg_r with ((1 + s) * (1 + s)); [nra |].
      replace (/ 2 * (1 + 2 * / (1 + s)) * ((s - 1) / (s + 1)) * ((1 + s) * (1 + s)))
        with (/ 2 * (s + 3) * (s - 1)) by (field; lra). nra.
    + intros w [Lw Hw]. unfold triangular_critic. rewrite tanh_half.
      pose proof (sqrt_lt_R0 (1 - 2 * w) ltac:(lra)) as R0. pose proof (sqrt_sqrt (1 - 2 * w) ltac:(lra)) as S.
      set (r := sqrt (1 - 2 * w)) in *. assert (R2 : r < 2) by nra.
      assert (P : 0 < 2 / r - 1).
      { apply Rmult_lt_reg_r with r; [assumption |]. replace ((2 / r - 1) * r) with (2 - r) by (field; lra). lra. }
      rewrite exp_ln by assumption. assert (Ew : w = (1 - r * r) / 2) by lra. rewrite Ew. field. split; lra.
  - set (t := 2 / e). assert (T : 0 < t) by (apply div_pos; lra). exists t. split; [assumption |].
    unfold triangular_f, triangular_conjugate. replace (1 + -1 * 2 * / 2) with 0 by field. rewrite sqrt_0.
    replace (/ 2 * t - / 2 * (-1 + t) ^ 2 * / (1 + t)) with (3 / 2 - 2 / (1 + t)) by (field; lra).
    assert (2 / (1 + t) < e); [| lra].
    apply Rmult_lt_reg_r with (1 + t); [lra |]. replace (2 / (1 + t) * (1 + t)) with 2 by (field; lra).
    assert (e * t = 2) by (unfold t; field; lra). lra.
Qed.

(** That of power(a), a other than 0 and 1, is it where 1 + (a - 1) u > 0. Claims: fenchel[power(a)]. *)
Theorem met_power a : a <> 0 -> a <> 1 -> Met (power_f a) (power_conjugate a) (fun u => 0 < 1 + u * (-1 + a)).
Proof.
  intros A0 A1. apply (met_by _ _ _ _ (fun u => ln (1 + u * (-1 + a)) / (-1 + a)) (young_power a A0 A1)).
  intros u Hu. unfold power_critic.
  replace (ln (1 + u * (-1 + a)) / (-1 + a) * (-1 + a)) with (ln (1 + u * (-1 + a))) by (field; lra).
  rewrite exp_ln by assumption. field. lra.
Qed.

(** That of hockey_stick(gamma) is it for u <= 1. Claims: fenchel[hockey_stick(gamma)]. *)
Theorem met_hockey_stick gamma :
  1 <= gamma -> Met (hockey_stick_f gamma) (hockey_stick_conjugate gamma) (fun u => u <= 1).
Proof.
  intros G u e Hu He. destruct (Rle_or_lt 0 u) as [P | N].
  - exists gamma. split; [lra |]. pose proof (kink_hockey_stick gamma u (conj P Hu)). lra.
  - pose proof (Rmin_l 1 (e / (1 - u))) as M1. pose proof (Rmin_r 1 (e / (1 - u))) as M2.
    assert (Q : 0 < e / (1 - u)) by (apply div_pos; lra).
    assert (T : 0 < Rmin 1 (e / (1 - u))) by (apply Rmin_glb_lt; lra). set (t := Rmin 1 (e / (1 - u))) in *.
    exists t. split; [assumption |]. unfold hockey_stick_f, hockey_stick_conjugate.
    rewrite !Rmax_left by lra.
    assert ((1 - u) * t <= e).
    { apply Rle_trans with ((1 - u) * (e / (1 - u))); [apply Rmult_le_compat_l; lra | right; field; lra]. }
    lra.
Qed.

(** That of reverse_hockey_stick(gamma) is it for -gamma <= u <= 0. Claims: fenchel[reverse_hockey_stick(gamma)]. *)
Theorem met_reverse_hockey_stick gamma :
  1 <= gamma ->
  Met (reverse_hockey_stick_f gamma) (reverse_hockey_stick_conjugate gamma) (fun u => - gamma <= u <= 0).
Proof.
  intros G. apply met_at. intros u _. exists (/ gamma).
  split; [apply Rinv_0_lt_compat; lra | now apply kink_reverse_hockey_stick].
Qed.
