(** * Fenchel-Young for every row

    [Conjugate f T g inside]: at each slope u that is [inside], u t - f t <= g u for every t > 0, and at the slope
    u = T v of f the two sides are equal at t = exp v: f is above its tangents, of slope T. That g u is the supremum at
    every slope that is [inside] follows in [conjugates].
    Where slopes of f have an end, the conjugate goes on: [FlatBelow f low f0], at slopes up to [low] the supremum over
    t >= 0 is -f0, met at t = 0; [InfiniteAbove f high], at slopes above [high] it is infinite; [InfiniteFrom f high],
    at [high] too. *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Divergence Require Import logarithm discriminator rows.
Open Scope R_scope.

Definition Conjugate (f T g : R -> R) (inside : R -> Prop) : Prop :=
  (forall t u, 0 < t -> inside u -> u * t - f t <= g u) /\
  (forall v, inside (T v) /\ T v * exp v - f (exp v) = g (T v)).

Definition FlatBelow (f : R -> R) (low f0 : R) : Prop :=
  f 0 = f0 /\ forall t u, 0 <= t -> u <= low -> u * t - f t <= - f0.

Definition InfiniteAbove (f : R -> R) (high : R) : Prop :=
  forall u M, high < u -> exists t, 0 < t /\ M < u * t - f t.

Definition InfiniteFrom (f : R -> R) (high : R) : Prop :=
  forall u M, high <= u -> exists t, 0 < t /\ M < u * t - f t.

Lemma infinite_from (f : R -> R) (high : R) :
  (forall M, exists t, 0 < t /\ M < high * t - f t) -> InfiniteFrom f high.
Proof. intros H u M Hu. destruct (H M) as [t [Ht B]]. exists t. split; [assumption | nra]. Qed.

(** Enough for the supremum to be infinite: f lies under a line of slope [high]. *)
Lemma infinite_above (f : R -> R) (high c : R) : (forall t, 1 <= t -> f t <= high * t + c) -> InfiniteAbove f high.
Proof.
  intros H u M Hu. set (s := (Rabs (M + c) + 1) / (u - high)).
  assert (0 < s) by (apply div_pos; [pose proof (Rabs_pos (M + c)) |]; lra).
  exists (1 + s). split; [lra |].
  assert (E : (u - high) * s = Rabs (M + c) + 1) by (unfold s; field; lra).
  specialize (H (1 + s) ltac:(lra)). pose proof (Rle_abs (M + c)).
  assert (u * (1 + s) = high * (1 + s) + (u - high) + (u - high) * s) by ring. lra.
Qed.

Ltac ln_exp_pos := repeat rewrite ln_exp by apply exp_pos; repeat rewrite exp_ln by assumption.

(** ** kl *)

(** The conjugate of kl is exp u - 1, on the whole line. Claims: fenchel[kl]. *)
Theorem young_kl : Conjugate kl_f kl_critic kl_conjugate (fun _ => True).
Proof.
  unfold kl_f, kl_critic, kl_conjugate. split.
  - intros t u Ht _. pose proof (exp_pos u) as E.
    pose proof (gibbs_term t (exp u)) as G. rewrite ln_div, ln_exp in G by assumption.
    assert (t - exp u <= t * (ln t - u)) by (apply G; lra). lra.
  - intros v. split; [exact I |]. rewrite ln_exp. ring.
Qed.

(** ** reverse_kl *)

(** The conjugate of reverse_kl is -log (1 - u) for u < 1. Claims: fenchel[reverse_kl]. *)
Theorem young_reverse_kl : Conjugate reverse_kl_f reverse_kl_critic reverse_kl_conjugate (fun u => u < 1).
Proof.
  unfold reverse_kl_f, reverse_kl_critic, reverse_kl_conjugate. split.
  - intros t u Ht Hu. replace (1 + -1 * u) with (1 - u) by ring.
    assert (P : 0 < t * (1 - u)) by nra. pose proof (ln_le_minus_one _ P) as L. rewrite ln_mult in L by lra. lra.
  - intros v. pose proof (exp_pos (-1 * v)). split; [lra |]. rewrite ln_exp.
    replace (1 + -1 * (1 + -1 * exp (-1 * v))) with (exp (-1 * v)) by ring. rewrite ln_exp.
    assert (exp (-1 * v) * exp v = 1) by (rewrite <- exp_plus; replace (-1 * v + v) with 0 by ring; apply exp_0). nra.
Qed.

(** At slopes from 1 on the supremum of reverse_kl is infinite. *)
Theorem above_reverse_kl : InfiniteFrom reverse_kl_f 1.
Proof.
  apply infinite_from. intros M. exists (exp (Rabs M)). split; [apply exp_pos |].
  unfold reverse_kl_f. rewrite ln_exp. pose proof (Rle_abs M). lra.
Qed.

(** ** jeffreys: the conjugate is not elementary, so the line that touches f stands for it *)

(** f lies above the line of slope T v that touches it at exp v. *)
Theorem tangent_jeffreys t v :
  0 < t -> jeffreys_critic v * t - jeffreys_f t <= jeffreys_critic v * exp v - jeffreys_f (exp v).
Proof.
  intros Ht. unfold jeffreys_f, jeffreys_critic. rewrite ln_exp.
  pose proof (exp_pos v) as E. assert (I : exp (-1 * v) = / exp v) by (rewrite <- exp_Ropp; f_equal; ring).
  rewrite I. set (s := exp v) in *.
  assert (Lv : v = ln s) by (unfold s; now rewrite ln_exp). rewrite Lv.
  pose proof (gibbs_term t s ltac:(lra) ltac:(lra) ltac:(lra)) as A.
  pose proof (ln_le_minus_one (t / s) (div_pos _ _ Ht E)) as B.
  rewrite ln_div in A, B by assumption.
  assert (t * / s = t / s) by reflexivity. assert (/ s * s = 1) by (field; lra). nra.
Qed.

(** ** js *)

Lemma js_f_is t : 0 < t -> js_f t = / 2 * (t * ln t - (1 + t) * ln (1 + t) + (1 + t) * ln 2).
Proof.
  intros Ht. unfold js_f.
  rewrite !ln_mult by (try lra; try (apply Rinv_0_lt_compat; lra); nra).
  rewrite ln_Rinv by lra. field. lra.
Qed.

(** The conjugate of js is -1/2 log (2 - exp (2 u)) for u < 1/2 log 2. Claims: fenchel[js]. *)
Theorem young_js : Conjugate js_f js_critic js_conjugate (fun u => u < / 2 * ln 2).
Proof.
  unfold js_critic, js_conjugate. split.
  - intros t u Ht Hu. rewrite js_f_is by assumption.
    set (D := exp (2 * u) / 2).
    assert (D0 : 0 < D) by (apply div_pos; [apply exp_pos | lra]).
    assert (D1 : D < 1).
    { assert (exp (2 * u) < exp (ln 2)) by (apply exp_increasing; lra). rewrite exp_ln in H by lra. unfold D. lra. }
    assert (LD : ln D = 2 * u - ln 2) by (unfold D; rewrite ln_div, ln_exp by (try apply exp_pos; lra); ring).
    replace (2 + -1 * exp (2 * u)) with (2 * (1 - D)) by (unfold D; field). rewrite ln_mult by lra.
    clearbody D.
    assert (A : admissible t 1 D) by (unfold admissible; lra).
    pose proof (best_answer t 1 D ltac:(lra) ltac:(lra) ltac:(lra) A) as G. unfold gain in G.
    rewrite one_minus_share in G by lra. rewrite (ln_div t), (ln_div 1) in G by lra. rewrite ln_1, LD in G.
    rewrite (Rplus_comm t 1) in *. lra.
  - intros v. pose proof (exp_pos v) as E. rewrite js_f_is by assumption.
    set (m := / 2 + / 2 * exp (-1 * v)).
    assert (I : exp (-1 * v) = / exp v) by (rewrite <- exp_Ropp; f_equal; ring).
    set (s := exp v) in *.
    assert (M : m = (1 + s) / (2 * s)) by (unfold m; rewrite I; field; lra).
    assert (Lm : ln m = ln (1 + s) - ln 2 - v).
    { rewrite M, ln_div, ln_mult by lra. unfold s at 2. rewrite ln_exp. ring. }
    assert (Ls : ln s = v) by (unfold s; apply ln_exp).
    assert (G : v < ln (1 + s)) by (rewrite <- Ls; apply ln_increasing; lra).
    split; [rewrite Lm; lra |].
    replace (2 * (-1 * / 2 * ln m)) with (- ln m) by field. rewrite exp_Ropp, exp_ln by (rewrite M; apply div_pos; lra).
    replace (2 + -1 * / m) with (2 / (1 + s)) by (rewrite M; field; lra).
    rewrite ln_div, Lm, Ls by lra. field.
Qed.

(** At slopes from 1/2 log 2 on the supremum of js is infinite. *)
Theorem above_js : InfiniteFrom js_f (/ 2 * ln 2).
Proof.
  apply infinite_from. intros M. set (t := exp (2 * Rabs M + 2)). pose proof (exp_pos (2 * Rabs M + 2)) as T.
  fold t in T.
  exists t. split; [assumption |]. rewrite js_f_is by assumption.
  assert (Lt : ln t = 2 * Rabs M + 2) by apply ln_exp.
  assert (L : ln t < ln (1 + t)) by (apply ln_increasing; lra).
  assert (t * ln t <= t * ln (1 + t)) by (apply Rmult_le_compat_l; lra).
  pose proof (ln_le_minus_one 2). pose proof (Rle_abs M). lra.
Qed.

(** ** total_variation *)

(** The conjugate of total_variation is u for -1/2 <= u <= 1/2. Claims: fenchel[total_variation]. *)
Theorem young_total_variation :
  Conjugate total_variation_f total_variation_critic total_variation_conjugate (fun u => -/ 2 <= u <= / 2).
Proof.
  unfold total_variation_f, total_variation_critic, total_variation_conjugate, sign. split.
  - intros t u Ht Hu. destruct (Rcase_abs (-1 + t)) as [L | G];
      [rewrite Rabs_left by assumption | rewrite Rabs_right by assumption]; nra.
  - intros v. destruct (Rlt_dec 0 v) as [P | P]; [| destruct (Rlt_dec v 0) as [N | N]].
    + assert (exp 0 < exp v) by now apply exp_increasing. rewrite exp_0 in H. rewrite Rabs_right by lra. lra.
    + assert (exp v < exp 0) by now apply exp_increasing. rewrite exp_0 in H. rewrite Rabs_left by lra. lra.
    + replace v with 0 by lra. rewrite exp_0. replace (-1 + 1) with 0 by ring. rewrite Rabs_R0. lra.
Qed.

(** At the kink every slope between meets it. Claims: fenchel[total_variation]. *)
Theorem kink_total_variation u : u * 1 - total_variation_f 1 = total_variation_conjugate u.
Proof.
  unfold total_variation_f, total_variation_conjugate. replace (-1 + 1) with 0 by ring. rewrite Rabs_R0. ring.
Qed.

(** At slopes up to -1/2 it is -1/2. *)
Theorem below_total_variation : FlatBelow total_variation_f (-/ 2) (/ 2).
Proof.
  unfold total_variation_f. split; [rewrite Rplus_0_r, Rabs_left; lra |].
  intros t u Ht Hu. destruct (Rcase_abs (-1 + t)) as [L | G];
    [rewrite Rabs_left by assumption | rewrite Rabs_right by assumption]; nra.
Qed.

(** At slopes above 1/2 it is infinite. *)
Theorem above_total_variation : InfiniteAbove total_variation_f (/ 2).
Proof.
  apply infinite_above with 0. intros t Ht. unfold total_variation_f. rewrite Rabs_right by lra. lra.
Qed.

(** ** squared_hellinger *)

Lemma squared_hellinger_f_is t : 0 <= t -> squared_hellinger_f t = / 2 * (sqrt t - 1) ^ 2.
Proof.
  intros Ht. unfold squared_hellinger_f. pose proof (sqrt_pos t) as S. pose proof (sqrt_sqrt t Ht) as E.
  set (s := sqrt t) in *. rewrite <- E. field. lra.
Qed.

Lemma sqrt_exp v : sqrt (exp v) = exp (/ 2 * v).
Proof.
  apply sqrt_lem_1; [left; apply exp_pos | left; apply exp_pos |].
  rewrite <- exp_plus. f_equal. field.
Qed.

(** The conjugate of squared_hellinger is u / (1 - 2 u) for u < 1/2. Claims: fenchel[squared_hellinger]. *)
Theorem young_squared_hellinger :
  Conjugate squared_hellinger_f squared_hellinger_critic squared_hellinger_conjugate (fun u => u < / 2).
Proof.
  unfold squared_hellinger_critic, squared_hellinger_conjugate. split.
  - intros t u Ht Hu. rewrite squared_hellinger_f_is by lra.
    pose proof (sqrt_sqrt t ltac:(lra)) as E. set (s := sqrt t) in *. rewrite <- E.
    apply Rmult_le_reg_r with (1 + -1 * 2 * u); [lra |].
    rewrite (Rmult_assoc u (/ _)), Rinv_l by lra. assert (0 <= ((1 - 2 * u) * s - 1) ^ 2) by apply pow2_ge_0. nra.
  - intros v. pose proof (exp_pos v) as P. rewrite squared_hellinger_f_is, sqrt_exp by lra.
    assert (I : exp (-1 * / 2 * v) = / exp (/ 2 * v)) by (rewrite <- exp_Ropp; f_equal; ring).
    assert (Q : exp v = exp (/ 2 * v) * exp (/ 2 * v)) by (rewrite <- exp_plus; f_equal; field).
    pose proof (exp_pos (/ 2 * v)) as S. rewrite I, Q. set (s := exp (/ 2 * v)) in *.
    pose proof (Rinv_0_lt_compat s S). split; [lra | field; lra].
Qed.

(** At slopes from 1/2 on the supremum of squared_hellinger is infinite. *)
Theorem above_squared_hellinger : InfiniteFrom squared_hellinger_f (/ 2).
Proof.
  apply infinite_from. intros M. pose proof (Rabs_pos M) as P. pose proof (Rle_abs M).
  exists ((Rabs M + 1) * (Rabs M + 1)). split; [nra |].
  rewrite squared_hellinger_f_is, sqrt_square by nra. nra.
Qed.

(** ** pearson *)

(** The conjugate of pearson is u + u^2/4 for u > -2. Claims: fenchel[pearson]. *)
Theorem young_pearson : Conjugate pearson_f pearson_critic pearson_conjugate (fun u => -2 < u).
Proof.
  unfold pearson_f, pearson_critic, pearson_conjugate. split.
  - intros t u _ _. assert (0 <= (t - 1 - u / 2) ^ 2) by apply pow2_ge_0. lra.
  - intros v. pose proof (exp_pos v). split; [lra | field].
Qed.

(** At slopes up to -2 it is -1. *)
Theorem below_pearson : FlatBelow pearson_f (-2) 1.
Proof. unfold pearson_f. split; [ring |]. intros t u Ht Hu. nra. Qed.

(** ** neyman *)

(** The conjugate of neyman is 2 u / (1 + sqrt (1 - u)) for u <= 1. Claims: fenchel[neyman]. *)
Theorem young_neyman : Conjugate neyman_f neyman_critic neyman_conjugate (fun u => u <= 1).
Proof.
  unfold neyman_f, neyman_critic, neyman_conjugate. split.
  - intros t u Ht Hu.
    pose proof (sqrt_sqrt (1 + -1 * u) ltac:(lra)) as E. pose proof (sqrt_pos (1 + -1 * u)) as S.
    set (r := sqrt (1 + -1 * u)) in *. assert (Eu : u = 1 - r * r) by lra. rewrite Eu.
    replace (2 * (1 - r * r) * / (1 + r)) with (2 - 2 * r) by (field; lra).
    apply Rmult_le_reg_r with t; [assumption |].
    replace (((1 - r * r) * t - / t * (-1 + t) ^ 2) * t) with ((1 - r * r) * t * t - (t - 1) ^ 2) by (field; lra).
    assert (0 <= (r * t - 1) ^ 2) by apply pow2_ge_0. nra.
  - intros v. assert (I : exp (-1 * 2 * v) = / exp v * / exp v)
      by (rewrite <- !exp_Ropp, <- exp_plus; f_equal; ring).
    pose proof (exp_pos v) as P. rewrite I. set (s := exp v) in *. pose proof (Rinv_0_lt_compat s P) as Q.
    split; [nra |].
    replace (1 + -1 * (1 + -1 * (/ s * / s))) with (/ s * / s) by ring. rewrite sqrt_square by lra. field. lra.
Qed.

(** At slopes above 1 the supremum of neyman is infinite. *)
Theorem above_neyman : InfiniteAbove neyman_f 1.
Proof.
  apply infinite_above with 0. intros t Ht. unfold neyman_f.
  apply Rmult_le_reg_l with t; [lra |]. replace (t * (/ t * (-1 + t) ^ 2)) with ((t - 1) ^ 2) by (field; lra). nra.
Qed.

(** ** triangular *)

Lemma tanh_half v : tanh (/ 2 * v) = (exp v - 1) / (exp v + 1).
Proof.
  unfold tanh, sinh, cosh. rewrite exp_Ropp.
  assert (Q : exp v = exp (/ 2 * v) * exp (/ 2 * v)) by (rewrite <- exp_plus; f_equal; field).
  rewrite Q. pose proof (exp_pos (/ 2 * v)). set (s := exp (/ 2 * v)) in *. field. nra.
Qed.

(** The conjugate of triangular is u (3 - r)/(1 + r) with r = sqrt (1 - 2 u), for -3/2 < u <= 1/2.
    Claims: fenchel[triangular]. *)
Theorem young_triangular : Conjugate triangular_f triangular_critic triangular_conjugate (fun u => -3 / 2 < u <= / 2).
Proof.
  unfold triangular_f, triangular_critic, triangular_conjugate. split.
  - intros t u Ht [_ Hu].
    pose proof (sqrt_sqrt (1 + -1 * 2 * u) ltac:(lra)) as E. pose proof (sqrt_pos (1 + -1 * 2 * u)) as S.
    set (r := sqrt (1 + -1 * 2 * u)) in *. assert (Eu : u = (1 - r * r) / 2) by lra. rewrite Eu.
    replace ((1 - r * r) / 2 * (3 + -1 * r) * / (1 + r)) with ((1 - r) * (3 - r) / 2) by (field; lra).
    apply Rmult_le_reg_r with (1 + t); [lra |].
    replace (((1 - r * r) / 2 * t - / 2 * (-1 + t) ^ 2 * / (1 + t)) * (1 + t))
      with ((1 - r * r) / 2 * t * (1 + t) - / 2 * (t - 1) ^ 2) by (field; lra).
    assert (0 <= (r * (1 + t) - 2) ^ 2) by apply pow2_ge_0. nra.
  - intros v. rewrite tanh_half. pose proof (exp_pos v) as P. set (s := exp v) in *.
    set (T := / 2 * (1 + 2 * / (1 + s)) * ((s - 1) / (s + 1))).
    set (r := 2 / (1 + s)). assert (R0 : 0 < r) by (apply div_pos; lra).
    assert (R2 : r < 2) by (apply Rmult_lt_reg_r with (1 + s); [lra |]; unfold r; field_simplify; lra).
    assert (ET : T = (1 - r * r) / 2) by (unfold T, r; field; lra). rewrite ET. split; [nra |].
    replace (1 + -1 * 2 * ((1 - r * r) / 2)) with (r * r) by field. rewrite sqrt_square by lra.
    unfold r. field. lra.
Qed.

(** At slopes up to -3/2 it is -1/2. *)
Theorem below_triangular : FlatBelow triangular_f (-3 / 2) (/ 2).
Proof.
  unfold triangular_f. split; [field |]. intros t u Ht Hu.
  apply Rmult_le_reg_r with (1 + t); [lra |].
  replace ((u * t - / 2 * (-1 + t) ^ 2 * / (1 + t)) * (1 + t)) with (u * t * (1 + t) - / 2 * (t - 1) ^ 2) by (field;
    lra).
  assert (u * t * (1 + t) <= -3 / 2 * t * (1 + t)) by (apply Rmult_le_compat_r; [lra |]; nra). nra.
Qed.

(** At slopes above 1/2 it is infinite. *)
Theorem above_triangular : InfiniteAbove triangular_f (/ 2).
Proof.
  apply infinite_above with (/ 2). intros t Ht. unfold triangular_f.
  apply Rmult_le_reg_r with (1 + t); [lra |].
  replace (/ 2 * (-1 + t) ^ 2 * / (1 + t) * (1 + t)) with (/ 2 * (t - 1) ^ 2) by (field; lra). nra.
Qed.
