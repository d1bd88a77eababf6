(** * Total variation against KL: Pinsker, and Bretagnolle and Huber

    TV is half the sum of |p - q|. Both bounds are for two laws on a finite space, the first 0 wherever the second is;
    Pinsker's is the better one for near laws, the other never exceeds 1. *)

From Coq Require Import Reals Lra Psatz List.
From Coquelicot Require Import Coquelicot.
From Divergence Require Import logarithm finite gibbs.
Open Scope R_scope.

(** ** The lemma of Pinsker's bound: 3 (t - 1)^2 <= (4 + 2 t)(t log t - t + 1), with contact of order four at 1 *)

Definition slack (t : R) : R := (4 + 2 * t) * (t * ln t - t + 1) - 3 * (t - 1) ^ 2.
Definition slack1 (t : R) : R := 4 * (t + 1) * ln t - 8 * (t - 1).
Definition slack2 (t : R) : R := 4 * (ln t + 1 / t - 1).

Lemma slack_derivative t : 0 < t -> is_derive slack t (slack1 t).
Proof. intros H. unfold slack, slack1. auto_derive; [lra |]. field. lra. Qed.

Lemma slack1_derivative t : 0 < t -> is_derive slack1 t (slack2 t).
Proof. intros H. unfold slack1, slack2. auto_derive; [lra |]. field. lra. Qed.

Lemma slack2_nonneg t : 0 < t -> 0 <= slack2 t.
Proof.
  intros H. unfold slack2. pose proof (ln_le_minus_one (/ t) (Rinv_0_lt_compat t H)) as L.
  rewrite ln_Rinv in L by assumption. replace (1 / t) with (/ t) by (field; lra). lra.
Qed.

Lemma slack_nonneg t : 0 < t -> 0 <= slack t.
Proof.
  destruct (rising_through slack1 slack2 1) as [Before After].
  - lra.
  - unfold slack1. rewrite ln_1. ring.
  - exact slack1_derivative.
  - exact slack2_nonneg.
  - apply least_at with slack1 1; [lra | unfold slack; rewrite ln_1; ring | exact slack_derivative | |].
    + intros x Hx. now apply Before.
    + intros x Hx. now apply After.
Qed.

Definition kl_term (a b : R) : R := a * ln (a / b) - a + b.
Definition weight (a b : R) : R := (4 * b + 2 * a) / 3.

Lemma square_le a b : 0 <= a -> 0 <= b -> (0 < a -> 0 < b) -> (a - b) ^ 2 <= weight a b * kl_term a b.
Proof.
  intros Ha Hb Hab. unfold weight, kl_term. destruct Ha as [Ha | <-]; [| nra]. specialize (Hab Ha).
  pose proof (slack_nonneg (a / b) (div_pos _ _ Ha Hab)) as S. unfold slack in S.
  replace ((4 * b + 2 * a) / 3 * (a * ln (a / b) - a + b))
    with (b ^ 2 / 3 * ((4 + 2 * (a / b)) * (a / b * ln (a / b) - a / b + 1))) by (field; lra).
  replace ((a - b) ^ 2) with (b ^ 2 / 3 * (3 * (a / b - 1) ^ 2)) by (field; lra).
  apply Rmult_le_compat_l; [nra | lra].
Qed.

(** The square completed, in place of the inequality of Cauchy and Schwarz. *)
Lemma abs_le a b c :
  0 <= a -> 0 <= b -> (0 < a -> 0 < b) -> 0 <= c -> 2 * c * Rabs (a - b) <= c ^ 2 * weight a b + kl_term a b.
Proof.
  intros Ha Hb Hab Hc. pose proof (square_le a b Ha Hb Hab) as S.
  assert (A : Rabs (a - b) ^ 2 = (a - b) ^ 2) by apply pow2_abs. rewrite <- A in S. clear A.
  assert (W : 0 <= weight a b) by (unfold weight; lra).
  assert (K : 0 <= kl_term a b) by (unfold kl_term; pose proof (gibbs_term a b Ha Hb Hab); lra).
  pose proof (Rabs_pos (a - b)) as P. set (r := Rabs (a - b)) in *. set (w := weight a b) in *.
  set (k := kl_term a b) in *.
  destruct W as [W | W].
  - assert (0 <= (c * w - r) ^ 2) by apply pow2_ge_0.
    apply Rmult_le_reg_l with w; [assumption |]. nra.
  - rewrite <- W in *. assert (r = 0) by nra. rewrite H. nra.
Qed.

Section Bounds.
Variable X : Type.
Variable l : list X.
Variables p q : X -> R.
Hypothesis Lp : Law l p.
Hypothesis Lq : Law l q.
Hypothesis dominated : Dominated l p q.

Definition TV : R := / 2 * sum (fun x => Rabs (p x - q x)) l.

Lemma tv_nonneg : 0 <= TV.
Proof. unfold TV. apply Rmult_le_pos; [lra | apply sum_nonneg; intros; apply Rabs_pos]. Qed.

(** Pinsker: 2 TV^2 <= KL. *)
Theorem pinsker : 2 * TV ^ 2 <= KL l p q.
Proof.
  pose proof tv_nonneg as N. set (T := TV) in *.
  assert (S : sum (fun x => 2 * T * Rabs (p x - q x)) l <= sum (fun x => T ^ 2 * weight (p x) (q x) + kl_term (p x)
    (q x)) l).
  { apply sum_le. intros x Hx. apply abs_le; [now apply Lp | now apply Lq | now apply dominated | exact N]. }
  rewrite sum_scal, sum_plus, sum_scal in S.
  assert (W : sum (fun x => weight (p x) (q x)) l = 2).
  { rewrite (sum_ext _ _ (fun x => 4 / 3 * q x + 2 / 3 * p x)) by (intros; unfold weight; field).
    rewrite sum_plus, !sum_scal, (proj2 Lp), (proj2 Lq). field. }
  assert (K : sum (fun x => kl_term (p x) (q x)) l = KL l p q).
  { rewrite (sum_ext _ _ (fun x => p x * ln (p x / q x) + (q x - p x))) by (intros; unfold kl_term; ring).
    rewrite sum_plus, sum_minus, (proj2 Lp), (proj2 Lq). unfold KL. ring. }
  assert (E : sum (fun x => Rabs (p x - q x)) l = 2 * T) by (unfold T, TV; field).
  rewrite W, K, E in S. lra.
Qed.

(** ** Bretagnolle and Huber, by way of the affinity *)

Definition BC : R := sum (fun x => sqrt (p x * q x)) l.

Lemma bc_positive : 0 < BC.
Proof.
  assert (N : forall x, In x l -> 0 <= sqrt (p x * q x)) by (intros; apply sqrt_pos).
  destruct (Rle_lt_or_eq_dec 0 BC) as [P | Z]; [now apply sum_nonneg | assumption | exfalso].
  assert (A : forall x, In x l -> p x = 0).
  { intros x Hx. destruct (proj1 Lp x Hx) as [P | E]; [exfalso | now symmetry].
    pose proof (sum_at_least X _ l N x Hx) as B. unfold BC in Z. simpl in B.
    assert (0 < sqrt (p x * q x)) by (apply sqrt_lt_R0, Rmult_lt_0_compat; [assumption | now apply dominated]). lra. }
  pose proof (proj2 Lp) as One. rewrite (sum_ext _ _ (fun _ => 0)) in One by (intros; now apply A).
  rewrite sum_zero in One. lra.
Qed.

(** Jensen: exp(-KL/2) <= BC. *)
Lemma log_affinity : - / 2 * KL l p q <= ln BC.
Proof.
  pose proof bc_positive as B.
  assert (S : sum (fun x => - / 2 * (p x * ln (p x / q x)) + (- ln BC) * p x) l
    <= sum (fun x => / BC * sqrt (p x * q x) + (-1) * p x) l).
  { apply sum_le. intros x Hx. destruct (proj1 Lp x Hx) as [P | <-].
    - pose proof (dominated x Hx P) as Q. pose proof (Rmult_lt_0_compat _ _ P Q) as PQ.
      pose proof (sqrt_lt_R0 _ PQ) as R. set (r := sqrt (p x * q x)) in *.
      assert (L2 : 2 * ln r = ln (p x) + ln (q x)).
      { rewrite <- ln_mult by assumption. rewrite <- (sqrt_sqrt (p x * q x)) by lra. fold r.
        rewrite ln_mult by assumption. ring. }
      pose proof (ln_le_minus_one (r / (p x * BC))) as L. rewrite ln_div, ln_mult in L by (try assumption; nra).
      assert (D : 0 < r / (p x * BC)) by (apply div_pos; [assumption | nra]). specialize (L D).
      assert (E : p x * (ln r - (ln (p x) + ln BC)) <= p x * (r / (p x * BC) - 1)) by (apply Rmult_le_compat_l; lra).
      replace (p x * (r / (p x * BC) - 1)) with (/ BC * r - p x) in E by (field; lra).
      rewrite ln_div by assumption. nra.
    - rewrite !Rmult_0_l, sqrt_0. lra. }
  rewrite !sum_plus, !sum_scal, (proj2 Lp) in S. fold BC in S. unfold KL.
  replace (/ BC * BC) with 1 in S by (field; lra). lra.
Qed.

Lemma cauchy_schwarz (f g : X -> R) :
  (sum (fun x => f x * g x) l) ^ 2 <= sum (fun x => f x ^ 2) l * sum (fun x => g x ^ 2) l.
Proof.
  set (S := sum (fun x => f x * g x) l). set (F := sum (fun x => f x ^ 2) l). set (G := sum (fun x => g x ^ 2) l).
  assert (NG : 0 <= G) by (apply sum_nonneg; intros; apply pow2_ge_0).
  assert (NF : 0 <= F) by (apply sum_nonneg; intros; apply pow2_ge_0).
  destruct NG as [NG | ZG].
  - assert (Q : 0 <= sum (fun x => (G * f x - S * g x) ^ 2) l) by (apply sum_nonneg; intros; apply pow2_ge_0).
    rewrite (sum_ext _ _ (fun x => G ^ 2 * f x ^ 2 + ((- 2 * G * S) * (f x * g x) + S ^ 2 * g x ^ 2))) in Q by
      (intros; ring).
    rewrite !sum_plus, !sum_scal in Q. fold F S G in Q.
    apply Rmult_le_reg_l with G; [assumption |]. nra.
  - assert (Z : forall x, In x l -> g x = 0).
    { intros x Hx. pose proof (sum_at_least X (fun x => g x ^ 2) l (fun y _ => pow2_ge_0 (g y)) x Hx) as B.
      fold G in B. simpl in B. rewrite <- ZG in B. nra. }
    assert (E : S = 0).
    { unfold S. rewrite (sum_ext _ _ (fun _ => 0)) by (intros x Hx; rewrite (Z x Hx); ring). apply sum_zero. }
    rewrite E, <- ZG. lra.
Qed.

(** Le Cam: TV^2 + BC^2 <= 1. *)
Lemma affinity_against_tv : BC ^ 2 <= 1 - TV ^ 2.
Proof.
  set (lo := fun x => Rmin (p x) (q x)). set (hi := fun x => Rmax (p x) (q x)).
  assert (Nlo : forall x, In x l -> 0 <= lo x) by (intros x Hx; apply Rmin_glb; [now apply Lp | now apply Lq]).
  assert (Nhi : forall x, In x l -> 0 <= hi x)
    by (intros x Hx; apply Rle_trans with (p x); [now apply Lp | apply Rmax_l]).
  assert (B : BC = sum (fun x => sqrt (lo x) * sqrt (hi x)) l).
  { apply sum_ext. intros x Hx. rewrite <- sqrt_mult by auto. f_equal. unfold lo, hi, Rmin, Rmax.
    destruct (Rle_dec (p x) (q x)); ring. }
  assert (SL : sum lo l = 1 - TV).
  { assert (E : sum lo l = sum (fun x => / 2 * (p x + q x) + - / 2 * Rabs (p x - q x)) l).
    { apply sum_ext. intros x Hx. unfold lo, Rmin. destruct (Rle_dec (p x) (q x));
        [rewrite Rabs_left1 by lra | rewrite Rabs_right by lra]; field. }
    rewrite E, sum_plus, !sum_scal, sum_plus, (proj2 Lp), (proj2 Lq). unfold TV. field. }
  assert (SH : sum hi l = 1 + TV).
  { assert (E : sum hi l = sum (fun x => / 2 * (p x + q x) + / 2 * Rabs (p x - q x)) l).
    { apply sum_ext. intros x Hx. unfold hi, Rmax. destruct (Rle_dec (p x) (q x));
        [rewrite Rabs_left1 by lra | rewrite Rabs_right by lra]; field. }
    rewrite E, sum_plus, !sum_scal, sum_plus, (proj2 Lp), (proj2 Lq). unfold TV. field. }
  pose proof (cauchy_schwarz (fun x => sqrt (lo x)) (fun x => sqrt (hi x))) as C. simpl in C.
  rewrite (sum_ext _ (fun x => sqrt (lo x) * (sqrt (lo x) * 1)) lo) in C
    by (intros x Hx; rewrite Rmult_1_r, sqrt_sqrt by auto; reflexivity).
  rewrite (sum_ext _ (fun x => sqrt (hi x) * (sqrt (hi x) * 1)) hi) in C
    by (intros x Hx; rewrite Rmult_1_r, sqrt_sqrt by auto; reflexivity).
  rewrite <- B, SL, SH in C. nra.
Qed.

(** Bretagnolle and Huber: TV^2 <= 1 - exp (-KL). *)
Theorem bretagnolle_huber : TV ^ 2 <= 1 - exp (- KL l p q).
Proof.
  pose proof bc_positive as B. pose proof affinity_against_tv as A. pose proof log_affinity as J.
  assert (E : exp (- KL l p q) <= BC ^ 2); [| lra].
  replace (- KL l p q) with (- / 2 * KL l p q + - / 2 * KL l p q) by field. rewrite exp_plus.
  assert (H : exp (- / 2 * KL l p q) <= BC).
  { rewrite <- (exp_ln BC) at 1 by assumption. destruct J as [J | ->]; [left; now apply exp_increasing | lra]. }
  pose proof (exp_pos (- / 2 * KL l p q)). nra.
Qed.

(** Le Cam: TV <= sqrt (1 - BC^2), BC the sum of sqrt (p q). *)
Theorem le_cam : TV ^ 2 <= 1 - BC ^ 2.
Proof. pose proof affinity_against_tv. lra. Qed.
End Bounds.
