(** * The rows are what their names say

    [Sums f term k]: where p, q > 0, q f(p/q) is the term of the textbook's sum plus k (p - q), whose sum over two laws
    is 0. [Reverse f g]: g is t f(1/t), the row with its arguments exchanged, and f is t g(1/t). *)

From Coq Require Import Reals Lra Psatz.
From Divergence Require Import logarithm rows young young_families.
Open Scope R_scope.

Definition Sums (f : R -> R) (term : R -> R -> R) (k : R) : Prop :=
  forall p q, 0 < p -> 0 < q -> q * f (p / q) = term p q + k * (p - q).

Definition Reverse (f g : R -> R) : Prop := forall t, 0 < t -> f t = t * g (/ t) /\ g t = t * f (/ t).

Ltac inverse_pos := match goal with H : 0 < ?t |- _ => pose proof (Rinv_0_lt_compat t H) end.

(** kl sums p log (p/q). Claims: is_its_definition[kl]. *)
Theorem sums_kl : Sums kl_f (fun p q => p * ln (p / q)) (-1).
Proof. intros p q Hp Hq. unfold kl_f. field. lra. Qed.

(** reverse_kl sums q log (q/p). Claims: is_its_definition[reverse_kl]. *)
Theorem sums_reverse_kl : Sums reverse_kl_f (fun p q => q * ln (q / p)) 1.
Proof. intros p q Hp Hq. unfold reverse_kl_f. rewrite !ln_div by assumption. field. lra. Qed.

(** jeffreys sums (p - q) log (p/q). Claims: is_its_definition[jeffreys]. *)
Theorem sums_jeffreys : Sums jeffreys_f (fun p q => (p - q) * ln (p / q)) 0.
Proof. intros p q Hp Hq. unfold jeffreys_f. field. lra. Qed.

(** js sums half of p log (p/m) + q log (q/m) with m = (p + q)/2. Claims: is_its_definition[js], value_of_the_game. *)
Theorem sums_js : Sums js_f (fun p q => / 2 * (p * ln (p / ((p + q) / 2))) + / 2 * (q * ln (q / ((p + q) / 2)))) 0.
Proof.
  intros p q Hp Hq. rewrite js_f_is by (apply div_pos; assumption).
  replace (1 + p / q) with ((p + q) / q) by (field; lra). rewrite !ln_div by lra. field. lra.
Qed.

(** total_variation sums half of |p - q|. Claims: is_its_definition[total_variation]. *)
Theorem sums_total_variation : Sums total_variation_f (fun p q => / 2 * Rabs (p - q)) 0.
Proof.
  intros p q Hp Hq. unfold total_variation_f. replace (p - q) with (q * (-1 + p / q)) by (field; lra).
  rewrite Rabs_mult, (Rabs_right q) by lra. ring.
Qed.

(** squared_hellinger sums half of (sqrt p - sqrt q)^2. Claims: is_its_definition[squared_hellinger]. *)
Theorem sums_squared_hellinger : Sums squared_hellinger_f (fun p q => / 2 * (sqrt p - sqrt q) ^ 2) 0.
Proof.
  intros p q Hp Hq. rewrite squared_hellinger_f_is by (left; apply div_pos; assumption).
  rewrite sqrt_div by lra. pose proof (sqrt_lt_R0 q Hq) as S. pose proof (sqrt_sqrt q ltac:(lra)) as E.
  set (s := sqrt q) in *. rewrite <- E. field. lra.
Qed.

(** pearson sums (p - q)^2/q. Claims: is_its_definition[pearson]. *)
Theorem sums_pearson : Sums pearson_f (fun p q => (p - q) ^ 2 / q) 0.
Proof. intros p q Hp Hq. unfold pearson_f. field. lra. Qed.

(** neyman sums (p - q)^2/p. Claims: is_its_definition[neyman]. *)
Theorem sums_neyman : Sums neyman_f (fun p q => (p - q) ^ 2 / p) 0.
Proof. intros p q Hp Hq. unfold neyman_f. field. lra. Qed.

(** triangular sums half of (p - q)^2/(p + q). Claims: is_its_definition[triangular]. *)
Theorem sums_triangular : Sums triangular_f (fun p q => / 2 * ((p - q) ^ 2 / (p + q))) 0.
Proof. intros p q Hp Hq. unfold triangular_f. field. lra. Qed.

(** power(a) sums p ((p/q)^(a - 1) - 1)/(a (a - 1)) for a other than 0 and 1, where it is reverse_kl and kl.
    Claims: is_its_definition[power(a)]. *)
Theorem sums_power a :
  a <> 0 -> a <> 1 -> Sums (power_f a) (fun p q => p * (Rpower (p / q) (a - 1) - 1) / (a * (a - 1))) (- / a).
Proof.
  intros A0 A1 p q Hp Hq. pose proof (div_pos p q Hp Hq) as T. unfold power_f. rewrite Rpower_less_one by assumption.
  generalize (Rpower (p / q) a). intros w. field. lra.
Qed.

(** hockey_stick(gamma) sums max(p - gamma q, 0). Claims: is_its_definition[hockey_stick(gamma)]. *)
Theorem sums_hockey_stick gamma : Sums (hockey_stick_f gamma) (fun p q => Rmax 0 (p - gamma * q)) 0.
Proof.
  intros p q Hp Hq. unfold hockey_stick_f. rewrite <- RmaxRmult by lra. rewrite Rmult_0_r, Rmult_0_l, Rplus_0_r.
  f_equal. field. lra.
Qed.

(** reverse_hockey_stick(gamma) sums max(q - gamma p, 0). Claims: is_its_definition[reverse_hockey_stick(gamma)]. *)
Theorem sums_reverse_hockey_stick gamma : Sums (reverse_hockey_stick_f gamma) (fun p q => Rmax 0 (q - gamma * p)) 0.
Proof.
  intros p q Hp Hq. unfold reverse_hockey_stick_f. rewrite <- RmaxRmult by lra.
  rewrite Rmult_0_r, Rmult_0_l, Rplus_0_r. f_equal. field. lra.
Qed.

(** kl and reverse_kl are each other's reverse. Claims: reverse[kl], reverse[reverse_kl]. *)
Theorem reverse_of_kl : Reverse kl_f kl_reverse_f /\ Reverse reverse_kl_f reverse_kl_reverse_f.
Proof.
  unfold kl_f, kl_reverse_f, reverse_kl_f, reverse_kl_reverse_f.
  split; intros t Ht; inverse_pos; rewrite !ln_Rinv by assumption; split; field; lra.
Qed.

(** jeffreys is its own reverse. Claims: reverse[jeffreys]. *)
Theorem reverse_of_jeffreys : Reverse jeffreys_f jeffreys_reverse_f.
Proof.
  unfold jeffreys_f, jeffreys_reverse_f. intros t Ht. rewrite !ln_Rinv by assumption. split; field; lra.
Qed.

(** js is its own reverse. Claims: reverse[js]. *)
Theorem reverse_of_js : Reverse js_f js_reverse_f.
Proof.
  assert (E : forall t, 0 < t -> js_f t = t * js_f (/ t)).
  { intros t Ht. inverse_pos. rewrite !js_f_is by assumption. replace (1 + / t) with ((1 + t) / t) by (field; lra).
    rewrite ln_div, ln_Rinv by lra. field. lra. }
  intros t Ht. change js_reverse_f with js_f. split; now apply E.
Qed.

(** So q f(p/q) = p f(q/p) for js. Claims: js_is_symmetric. *)
Theorem js_symmetric p q : 0 < p -> 0 < q -> q * js_f (p / q) = p * js_f (q / p).
Proof.
  intros Hp Hq. destruct (reverse_of_js (p / q) (div_pos p q Hp Hq)) as [E _].
  change js_reverse_f with js_f in E. rewrite E. replace (/ (p / q)) with (q / p) by (field; lra). field. lra.
Qed.

(** total_variation is its own reverse. Claims: reverse[total_variation]. *)
Theorem reverse_of_total_variation : Reverse total_variation_f total_variation_reverse_f.
Proof.
  assert (E : forall t, 0 < t -> / 2 * Rabs (-1 + t) = t * (/ 2 * Rabs (-1 + / t))).
  { intros t Ht. replace (-1 + t) with (- (t * (-1 + / t))) by (field; lra).
    rewrite Rabs_Ropp, Rabs_mult, (Rabs_right t) by lra. ring. }
  intros t Ht. unfold total_variation_f, total_variation_reverse_f. split; now apply E.
Qed.

(** squared_hellinger is its own reverse. Claims: reverse[squared_hellinger]. *)
Theorem reverse_of_squared_hellinger : Reverse squared_hellinger_f squared_hellinger_reverse_f.
Proof.
  assert (E : forall t, 0 < t -> squared_hellinger_f t = t * squared_hellinger_f (/ t)).
  { intros t Ht. inverse_pos. rewrite !squared_hellinger_f_is, sqrt_inv by lra.
    pose proof (sqrt_lt_R0 t Ht) as S. pose proof (sqrt_sqrt t ltac:(lra)) as Q.
    set (s := sqrt t) in *. rewrite <- Q. field. lra. }
  intros t Ht. change squared_hellinger_reverse_f with squared_hellinger_f. split; now apply E.
Qed.

(** pearson and neyman are each other's reverse. Claims: reverse[pearson], reverse[neyman]. *)
Theorem reverse_of_pearson : Reverse pearson_f pearson_reverse_f /\ Reverse neyman_f neyman_reverse_f.
Proof.
  unfold pearson_f, pearson_reverse_f, neyman_f, neyman_reverse_f. split; intros t Ht; split; field; lra.
Qed.

(** triangular is its own reverse. Claims: reverse[triangular]. *)
Theorem reverse_of_triangular : Reverse triangular_f triangular_reverse_f.
Proof. unfold triangular_f, triangular_reverse_f. intros t Ht. split; field; lra. Qed.

(** The reverse of power(a) is power(1 - a), for a other than 0 and 1, where it is reverse_kl and kl.
    Claims: reverse[power(a)]. *)
Theorem reverse_of_power a : a <> 0 -> a <> 1 -> Reverse (power_f a) (power_reverse_f a).
Proof.
  intros A0 A1 t Ht. unfold power_f, power_reverse_f.
  assert (E : forall c, Rpower (/ t) c = / Rpower t c).
  { intros c. rewrite <- Rpower_Ropp. unfold Rpower. f_equal. rewrite ln_Rinv by assumption. ring. }
  rewrite !E.
  assert (F : Rpower t (1 + -1 * a) = t / Rpower t a).
  { replace (1 + -1 * a) with (1 + - a) by ring. rewrite Rpower_plus, Rpower_1, Rpower_Ropp by assumption.
    reflexivity. }
  rewrite F. assert (P : 0 < Rpower t a) by (unfold Rpower; apply exp_pos).
  set (S := Rpower t a) in *. clearbody S. split; field; lra.
Qed.

(** The two hockey sticks are each other's reverse.
    Claims: reverse[hockey_stick(gamma)], reverse[reverse_hockey_stick(gamma)]. *)
Theorem reverse_of_hockey_stick gamma :
  Reverse (hockey_stick_f gamma) (hockey_stick_reverse_f gamma) /\
  Reverse (reverse_hockey_stick_f gamma) (reverse_hockey_stick_reverse_f gamma).
Proof.
  unfold hockey_stick_f, hockey_stick_reverse_f, reverse_hockey_stick_f, reverse_hockey_stick_reverse_f.
  split; intros t Ht; rewrite <- !RmaxRmult by lra; split; f_equal; try ring; field; lra.
Qed.
