(** * Critics and penalties

    The critic T of each row is the derivative of f at exp v, wherever f has one; the penalty R, which the rows of the
    reversed arguments give, is T v exp v - f (exp v), so that E_p T - E_q R bounds the divergence from below. The
    derivative is found from the tangents alone: between two of them there is no room for another slope. *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Divergence Require Import logarithm rows young young_families processing.
Open Scope R_scope.

Lemma slope_of_tangents f T R_ v : Tangents f T R_ -> continuous T v -> is_derive f (exp v) (T v).
Proof.
  intros [Below Touch] C. apply is_derive_Reals. intros eps He.
  pose proof (exp_pos v) as S. set (s := exp v) in *.
  assert (L : ln s = v) by (unfold s; apply ln_exp).
  assert (K : continuity_pt (fun t => T (ln t)) s).
  { apply continuity_pt_filterlim. apply (continuous_comp ln T); [| rewrite L; exact C].
    apply (ex_derive_continuous ln). exists (/ s). apply is_derive_Reals, derivable_pt_lim_ln, S. }
  destruct (K eps He) as [alp [Halp Near]].
  assert (Hd : 0 < Rmin alp s) by (apply Rmin_glb_lt; assumption).
  exists (mkposreal _ Hd). intros h H0 Hh. simpl in Hh.
  pose proof (Rmin_l alp s). pose proof (Rmin_r alp s).
  assert (Tp : 0 < s + h) by (pose proof (Rle_abs (- h)); rewrite Rabs_Ropp in H2; lra).
  set (w := ln (s + h)). assert (Ew : exp w = s + h) by (apply exp_ln; assumption).
  assert (D : Rabs (T w - T v) < eps).
  { rewrite <- L at 1. apply (Near (s + h)). split; [split; [exact Logic.I | lra] |].
    simpl. unfold R_dist. replace (s + h - s) with h by ring. lra. }
  pose proof (Below (s + h) v Tp) as A1. pose proof (Touch v) as A2. fold s in A2.
  pose proof (Below s w S) as B1. pose proof (Touch w) as B2. rewrite Ew in B2.
  set (k := (f (s + h) - f s) / h). assert (Ek : f (s + h) - f s = k * h) by (unfold k; field; assumption).
  assert (Lo : T v * h <= k * h) by (rewrite <- Ek; lra). assert (Hi : k * h <= T w * h) by (rewrite <- Ek; lra).
  apply Rabs_def2 in D. destruct (Rdichotomy h 0 H0) as [N | P].
  - assert (k <= T v) by nra. assert (T w <= k) by nra. apply Rabs_def1; lra.
  - assert (T v <= k) by nra. assert (k <= T w) by nra. apply Rabs_def1; lra.
Qed.

Lemma critic_is_slope f T g inside v : Conjugate f T g inside -> continuous T v -> is_derive f (exp v) (T v).
Proof. intros C. apply (slope_of_tangents f T (fun v => g (T v))). now apply tangents_of_conjugate with inside. Qed.

Ltac smooth := match goal with |- continuous ?T ?v => apply (ex_derive_continuous T v) end.

(** The critic of kl is the derivative of f. Claims: critic[kl]. *)
Theorem critic_kl v : is_derive kl_f (exp v) (kl_critic v).
Proof. apply (critic_is_slope _ _ _ _ _ young_kl). smooth. unfold kl_critic. now auto_derive. Qed.

(** The critic of reverse_kl is the derivative of f. Claims: critic[reverse_kl]. *)
Theorem critic_reverse_kl v : is_derive reverse_kl_f (exp v) (reverse_kl_critic v).
Proof. apply (critic_is_slope _ _ _ _ _ young_reverse_kl). smooth. unfold reverse_kl_critic. now auto_derive. Qed.

Lemma tangents_jeffreys :
  Tangents jeffreys_f jeffreys_critic (fun v => jeffreys_critic v * exp v - jeffreys_f (exp v)).
Proof. split; intros; [pose proof (tangent_jeffreys t v H); lra | ring]. Qed.

(** The critic of jeffreys is the derivative of f. Claims: critic[jeffreys]. *)
Theorem critic_jeffreys v : is_derive jeffreys_f (exp v) (jeffreys_critic v).
Proof. apply (slope_of_tangents _ _ _ _ tangents_jeffreys). smooth. unfold jeffreys_critic. now auto_derive. Qed.

(** The critic of js is the derivative of f. Claims: critic[js]. *)
Theorem critic_js v : is_derive js_f (exp v) (js_critic v).
Proof.
  apply (critic_is_slope _ _ _ _ _ young_js). smooth. unfold js_critic. auto_derive.
  pose proof (exp_pos (-1 * v)). lra.
Qed.

(** The critic of squared_hellinger is the derivative of f. Claims: critic[squared_hellinger]. *)
Theorem critic_squared_hellinger v : is_derive squared_hellinger_f (exp v) (squared_hellinger_critic v).
Proof.
  apply (critic_is_slope _ _ _ _ _ young_squared_hellinger). smooth. unfold squared_hellinger_critic. now auto_derive.
Qed.

(** The critic of pearson is the derivative of f. Claims: critic[pearson]. *)
Theorem critic_pearson v : is_derive pearson_f (exp v) (pearson_critic v).
Proof. apply (critic_is_slope _ _ _ _ _ young_pearson). smooth. unfold pearson_critic. now auto_derive. Qed.

(** The critic of neyman is the derivative of f. Claims: critic[neyman]. *)
Theorem critic_neyman v : is_derive neyman_f (exp v) (neyman_critic v).
Proof. apply (critic_is_slope _ _ _ _ _ young_neyman). smooth. unfold neyman_critic. now auto_derive. Qed.

(** The critic of triangular is the derivative of f. Claims: critic[triangular]. *)
Theorem critic_triangular v : is_derive triangular_f (exp v) (triangular_critic v).
Proof.
  apply (critic_is_slope _ _ _ _ _ young_triangular). unfold triangular_critic.
  apply (continuous_ext (fun v => / 2 * (1 + 2 * / (1 + exp v)) * ((exp v - 1) / (exp v + 1)))).
  - intros w. now rewrite tanh_half.
  - smooth. pose proof (exp_pos v). auto_derive. lra.
Qed.

(** That of power(a) too, for a other than 0 and 1, where it is reverse_kl and kl. Claims: critic[power(a)]. *)
Theorem critic_power a v : a <> 0 -> a <> 1 -> is_derive (power_f a) (exp v) (power_critic a v).
Proof.
  intros A0 A1. apply (critic_is_slope _ _ _ _ _ (young_power a A0 A1)). smooth. unfold power_critic. now auto_derive.
Qed.

Lemma continuous_where_constant (T : R -> R) c v (d : posreal) :
  (forall w, Rabs (w - v) < d -> T w = c) -> continuous T v.
Proof.
  intros H. apply (continuous_ext_loc T (fun _ => c)); [| apply continuous_const].
  exists d. intros w Hw. symmetry. apply H. exact Hw.
Qed.

Lemma continuous_step (a b v : R) : a * v + b <> 0 -> a <> 0 -> continuous (fun w => step (a * w + b)) v.
Proof.
  intros N A. set (x := a * v + b) in *.
  assert (Hd : 0 < Rabs x / Rabs a) by (apply div_pos; now apply Rabs_pos_lt).
  apply (continuous_where_constant _ (step x) v (mkposreal _ Hd)). simpl. intros w Hw.
  assert (B : Rabs (a * (w - v)) < Rabs x).
  { rewrite Rabs_mult. pose proof (Rabs_pos_lt a A) as P.
    apply Rmult_lt_compat_l with (r := Rabs a) in Hw; [| assumption].
    replace (Rabs a * (Rabs x / Rabs a)) with (Rabs x) in Hw by (field; lra). exact Hw. }
  replace (a * w + b) with (x + a * (w - v)) by (unfold x; ring).
  set (y := a * (w - v)) in *. apply Rabs_def2 in B. unfold step.
  destruct (Rdichotomy x 0 N) as [L | G].
  - rewrite Rabs_left in B by assumption.
    destruct (Rlt_dec 0 (x + y)), (Rlt_dec 0 x), (Rlt_dec (x + y) 0), (Rlt_dec x 0); reflexivity || (exfalso; lra).
  - rewrite Rabs_right in B by lra.
    destruct (Rlt_dec 0 (x + y)), (Rlt_dec 0 x); reflexivity || (exfalso; lra).
Qed.

Lemma step_sign (w : R) : / 2 * (2 * step (1 * w + 0) - 1) = / 2 * sign w.
Proof.
  replace (1 * w + 0) with w by ring. unfold step, sign. destruct (Rlt_dec 0 w); [field |].
  destruct (Rlt_dec w 0); field.
Qed.

Lemma step_shift (w b : R) : step (1 * w + b) = step (w + b).
Proof. f_equal. ring. Qed.

(** That of total_variation too, but at the kink. Claims: critic[total_variation]. *)
Theorem critic_total_variation v : v <> 0 -> is_derive total_variation_f (exp v) (total_variation_critic v).
Proof.
  intros N. apply (critic_is_slope _ _ _ _ _ young_total_variation). unfold total_variation_critic.
  apply (continuous_ext (fun w => / 2 * (2 * step (1 * w + 0) - 1))).
  - intros w. apply step_sign.
  - apply (continuous_mult (fun _ => / 2) (fun w => 2 * step (1 * w + 0) - 1)); [apply continuous_const |].
    apply (continuous_minus (fun w => 2 * step (1 * w + 0)) (fun _ => 1)); [| apply continuous_const].
    apply (continuous_mult (fun _ => 2) (fun w => step (1 * w + 0))); [apply continuous_const |].
    apply continuous_step; lra.
Qed.

(** That of hockey_stick(gamma) too, but at the kink. Claims: critic[hockey_stick(gamma)]. *)
Theorem critic_hockey_stick gamma v :
  1 <= gamma -> v <> ln gamma -> is_derive (hockey_stick_f gamma) (exp v) (hockey_stick_critic gamma v).
Proof.
  intros G N. apply (critic_is_slope _ _ _ _ _ (young_hockey_stick gamma G)). unfold hockey_stick_critic.
  apply (continuous_ext (fun w => step (1 * w + -1 * ln gamma))).
  - intros w. apply step_shift.
  - apply continuous_step; lra.
Qed.

(** That of reverse_hockey_stick(gamma) too, but at the kink. Claims: critic[reverse_hockey_stick(gamma)]. *)
Theorem critic_reverse_hockey_stick gamma v :
  1 <= gamma -> v <> - ln gamma ->
  is_derive (reverse_hockey_stick_f gamma) (exp v) (reverse_hockey_stick_critic gamma v).
Proof.
  intros G N. apply (critic_is_slope _ _ _ _ _ (young_reverse_hockey_stick gamma G)).
  unfold reverse_hockey_stick_critic.
  apply (continuous_mult (fun _ => -1 * gamma) (fun w => step (-1 * w + -1 * ln gamma))); [apply continuous_const |].
  apply continuous_step; lra.
Qed.

(** ** Penalties *)

Definition Penalty (f T R_ : R -> R) : Prop := forall v, R_ v = T v * exp v - f (exp v).

Lemma exp_minus_one_times v : exp (-1 * v) = / exp v.
Proof. rewrite <- exp_Ropp. f_equal. ring. Qed.

(** The penalty of kl is T v exp v - f (exp v). Claims: penalty[kl]. *)
Theorem penalty_kl : Penalty kl_f kl_critic kl_penalty.
Proof. intros v. unfold kl_f, kl_critic, kl_penalty. rewrite ln_exp. ring. Qed.

(** The penalty of reverse_kl is T v exp v - f (exp v). Claims: penalty[reverse_kl]. *)
Theorem penalty_reverse_kl : Penalty reverse_kl_f reverse_kl_critic reverse_kl_penalty.
Proof.
  intros v. unfold reverse_kl_f, reverse_kl_critic, reverse_kl_penalty. rewrite ln_exp, exp_minus_one_times.
  pose proof (exp_pos v). field. lra.
Qed.

(** The penalty of jeffreys is T v exp v - f (exp v). Claims: penalty[jeffreys]. *)
Theorem penalty_jeffreys : Penalty jeffreys_f jeffreys_critic jeffreys_penalty.
Proof.
  intros v. unfold jeffreys_f, jeffreys_critic, jeffreys_penalty. rewrite ln_exp, exp_minus_one_times.
  pose proof (exp_pos v). field. lra.
Qed.

(** The penalty of js is T v exp v - f (exp v). Claims: penalty[js]. *)
Theorem penalty_js : Penalty js_f js_critic js_penalty.
Proof.
  intros v. pose proof (exp_pos v) as P. rewrite js_f_is by assumption. unfold js_critic, js_penalty.
  rewrite ln_exp, exp_minus_one_times. set (s := exp v) in *.
  assert (Lv : v = ln s) by (unfold s; now rewrite ln_exp). rewrite Lv.
  replace (/ 2 + / 2 * s) with ((1 + s) / 2) by field.
  replace (/ 2 + / 2 * / s) with ((1 + s) / (2 * s)) by (field; lra).
  rewrite !ln_div, ln_mult by lra. field.
Qed.

(** The penalty of total_variation is T v exp v - f (exp v). Claims: penalty[total_variation]. *)
Theorem penalty_total_variation : Penalty total_variation_f total_variation_critic total_variation_penalty.
Proof.
  intros v. rewrite (proj2 (proj2 young_total_variation v)). reflexivity.
Qed.

(** The penalty of squared_hellinger is T v exp v - f (exp v). Claims: penalty[squared_hellinger]. *)
Theorem penalty_squared_hellinger : Penalty squared_hellinger_f squared_hellinger_critic squared_hellinger_penalty.
Proof.
  intros v. pose proof (exp_pos v) as P. rewrite squared_hellinger_f_is, sqrt_exp by lra.
  unfold squared_hellinger_critic, squared_hellinger_penalty.
  assert (I : exp (-1 * / 2 * v) = / exp (/ 2 * v)) by (rewrite <- exp_Ropp; f_equal; ring).
  assert (Q : exp v = exp (/ 2 * v) * exp (/ 2 * v)) by (rewrite <- exp_plus; f_equal; field).
  rewrite I, Q. pose proof (exp_pos (/ 2 * v)). field. lra.
Qed.

(** The penalty of pearson is T v exp v - f (exp v). Claims: penalty[pearson]. *)
Theorem penalty_pearson : Penalty pearson_f pearson_critic pearson_penalty.
Proof.
  intros v. unfold pearson_f, pearson_critic, pearson_penalty.
  assert (Q : exp (2 * v) = exp v * exp v) by (rewrite <- exp_plus; f_equal; ring). rewrite Q. ring.
Qed.

(** The penalty of neyman is T v exp v - f (exp v). Claims: penalty[neyman]. *)
Theorem penalty_neyman : Penalty neyman_f neyman_critic neyman_penalty.
Proof.
  intros v. unfold neyman_f, neyman_critic, neyman_penalty.
  assert (I : exp (-1 * 2 * v) = / exp v * / exp v) by (rewrite <- !exp_Ropp, <- exp_plus; f_equal; ring).
  rewrite I, exp_minus_one_times. pose proof (exp_pos v). field. lra.
Qed.

(** The penalty of triangular is T v exp v - f (exp v). Claims: penalty[triangular]. *)
Theorem penalty_triangular : Penalty triangular_f triangular_critic triangular_penalty.
Proof.
  intros v. unfold triangular_f, triangular_critic, triangular_penalty. rewrite tanh_half, exp_minus_one_times.
  pose proof (exp_pos v) as P. set (s := exp v) in *. field. lra.
Qed.

(** The same for power(a), a other than 0 and 1. Claims: penalty[power(a)]. *)
Theorem penalty_power a : a <> 0 -> a <> 1 -> Penalty (power_f a) (power_critic a) (power_penalty a).
Proof.
  intros A0 A1 v. unfold power_f, power_critic, power_penalty, Rpower. rewrite ln_exp.
  replace (exp (v * (-1 + a))) with (exp (a * v) / exp v)
    by (unfold Rdiv; rewrite <- exp_Ropp, <- exp_plus; f_equal; ring).
  pose proof (exp_pos v). field. lra.
Qed.

(** At a = 0 and a = 1 it is that of reverse_kl and kl. Claims: penalty[power(a)]. *)
Theorem penalty_power_ends v : power0_penalty v = reverse_kl_penalty v /\ power1_penalty v = kl_penalty v.
Proof. split; reflexivity. Qed.

(** The same for hockey_stick(gamma). Claims: penalty[hockey_stick(gamma)]. *)
Theorem penalty_hockey_stick gamma :
  1 <= gamma -> Penalty (hockey_stick_f gamma) (hockey_stick_critic gamma) (hockey_stick_penalty gamma).
Proof.
  intros G v. rewrite (proj2 (proj2 (young_hockey_stick gamma G) v)).
  unfold hockey_stick_penalty, hockey_stick_conjugate, hockey_stick_critic. f_equal.
  rewrite Rmax_right; [reflexivity |]. unfold step.
  destruct (Rlt_dec 0 (v + -1 * ln gamma)); [lra |]. destruct (Rlt_dec (v + -1 * ln gamma) 0); lra.
Qed.

(** The same for reverse_hockey_stick(gamma). Claims: penalty[reverse_hockey_stick(gamma)]. *)
Theorem penalty_reverse_hockey_stick gamma :
  1 <= gamma ->
  Penalty (reverse_hockey_stick_f gamma) (reverse_hockey_stick_critic gamma) (reverse_hockey_stick_penalty gamma).
Proof.
  intros G v. rewrite (proj2 (proj2 (young_reverse_hockey_stick gamma G) v)).
  unfold reverse_hockey_stick_penalty, reverse_hockey_stick_conjugate, reverse_hockey_stick_critic. field. lra.
Qed.

(** ** The game of the js row *)

(** With D the sigmoid of v, 2 T v - log 2 = log D and -2 R v - log 2 = log (1 - D): the loss of the js row is the V of
    the theory, less log 4. Claims: game_of_the_row. *)
Theorem game_of_the_row v :
  let D := / (1 + exp (- v)) in
  2 * js_critic v - ln 2 = ln D /\ - 2 * js_penalty v - ln 2 = ln (1 - D).
Proof.
  pose proof (exp_pos v) as P. pose proof (exp_pos (- v)) as N. cbv zeta. unfold js_critic, js_penalty.
  replace (-1 * v) with (- v) by ring.
  replace (/ 2 + / 2 * exp (- v)) with ((1 + exp (- v)) / 2) by field.
  replace (/ 2 + / 2 * exp v) with ((1 + exp v) / 2) by field.
  assert (E : 1 - / (1 + exp (- v)) = / (1 + exp v)) by (rewrite exp_Ropp; field; lra).
  rewrite E, !ln_Rinv, !ln_div by lra. split; field.
Qed.
