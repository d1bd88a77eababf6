(** * Data processing on finite spaces

    A channel K from X to Y sends x to y with probability K x y. D is the sum over the atoms of q f(p/q), an atom of q
    alone counting q f0 and an atom of p alone p slope, where f0 = f(0) and slope = f'(infinity) are finite; where one
    is not, the law must have no such atoms. Through a channel D does not grow. *)

From Coq Require Import Reals Lra Psatz List.
From Divergence Require Import logarithm finite rows young young_families.
Open Scope R_scope.

(** f touches its tangent of slope T v at exp v and lies above it: R v is what the tangent is at 0, turned. *)
Definition Tangents (f T R_ : R -> R) : Prop :=
  (forall t v, 0 < t -> T v * t - R_ v <= f t) /\ (forall v, f (exp v) = T v * exp v - R_ v).

Lemma tangents_of_conjugate f T g inside : Conjugate f T g inside -> Tangents f T (fun v => g (T v)).
Proof.
  intros [Y M]. split; intros.
  - specialize (Y t (T v) H (proj1 (M v))). lra.
  - destruct (M v) as [_ E]. lra.
Qed.

Definition atom (f : R -> R) (f0 slope p q : R) : R :=
  if Req_EM_T q 0 then p * slope else if Req_EM_T p 0 then q * f0 else q * f (p / q).

Definition D {X : Type} (f : R -> R) (f0 slope : R) (l : list X) (p q : X -> R) : R :=
  sum (fun x => atom f f0 slope (p x) (q x)) l.

(** An end is finite, and bounds the slopes, or no atom needs it. *)
Definition Zero {X : Type} (R_ : R -> R) (f0 : R) (l : list X) (p q : X -> R) : Prop :=
  (forall v, - R_ v <= f0) \/ (forall x, In x l -> p x = 0 -> q x = 0).
Definition Tail {X : Type} (T : R -> R) (slope : R) (l : list X) (p q : X -> R) : Prop :=
  (forall v, T v <= slope) \/ (forall x, In x l -> q x = 0 -> p x = 0).

Definition Channel {X Y : Type} (l : list X) (k : list Y) (K : X -> Y -> R) : Prop :=
  (forall x y, In x l -> In y k -> 0 <= K x y) /\ (forall x, In x l -> sum (K x) k = 1).

Definition through {X Y : Type} (l : list X) (K : X -> Y -> R) (p : X -> R) (y : Y) : R :=
  sum (fun x => K x y * p x) l.

Section Processing.
Variables X Y : Type.
Variable l : list X.
Variable k : list Y.
Variable K : X -> Y -> R.
Variables f T R_ : R -> R.
Variables f0 slope : R.
Variables p q : X -> R.
Hypothesis channel : Channel l k K.
Hypothesis tangents : Tangents f T R_.
Hypothesis p_nonneg : forall x, In x l -> 0 <= p x.
Hypothesis q_nonneg : forall x, In x l -> 0 <= q x.
Hypothesis zero : Zero R_ f0 l p q.
Hypothesis tail : Tail T slope l p q.

Notation at_ := (fun x => atom f f0 slope (p x) (q x)).

(** Every tangent bounds every atom. *)
Lemma tangent_below_atom v x : In x l -> T v * p x - R_ v * q x <= at_ x.
Proof.
  intros Hx. pose proof (p_nonneg x Hx) as P. pose proof (q_nonneg x Hx) as Q. unfold atom.
  destruct (Req_EM_T (q x) 0) as [E | N].
  - rewrite E. destruct tail as [B | B]; [specialize (B v); nra | rewrite (B x Hx E); lra].
  - destruct (Req_EM_T (p x) 0) as [E | M].
    + rewrite E. destruct zero as [B | B]; [specialize (B v); nra | contradiction (N (B x Hx E))].
    + assert (Qp : 0 < q x) by lra. assert (Pp : 0 < p x) by lra.
      pose proof (proj1 tangents (p x / q x) v (div_pos _ _ Pp Qp)) as B.
      assert (q x * (T v * (p x / q x) - R_ v) <= q x * f (p x / q x)) by (apply Rmult_le_compat_l; lra).
      replace (q x * (T v * (p x / q x) - R_ v)) with (T v * p x - R_ v * q x) in H by (field; lra). lra.
Qed.

Lemma through_nonneg u y : (forall x, In x l -> 0 <= u x) -> In y k -> 0 <= through l K u y.
Proof. intros U Hy. apply sum_nonneg. intros x Hx. apply Rmult_le_pos; [now apply channel | auto]. Qed.

Lemma through_zero u y :
  (forall x, In x l -> 0 <= u x) -> In y k -> through l K u y = 0 -> forall x, In x l -> K x y * u x = 0.
Proof.
  intros U Hy E x Hx.
  assert (N : forall z, In z l -> 0 <= K z y * u z) by (intros z Hz; apply Rmult_le_pos; [now apply channel | auto]).
  pose proof (sum_at_least X (fun z => K z y * u z) l N x Hx) as B. unfold through in E.
  specialize (N x Hx). simpl in B. lra.
Qed.

(** What reaches y counts no more than the parts of the atoms that sent it. *)
Lemma atom_through y :
  In y k -> atom f f0 slope (through l K p y) (through l K q y) <= sum (fun x => K x y * at_ x) l.
Proof.
  intros Hy. pose proof (through_nonneg p y p_nonneg Hy) as P. pose proof (through_nonneg q y q_nonneg Hy) as Q.
  unfold atom at 1. destruct (Req_EM_T (through l K q y) 0) as [E | N].
  - right. unfold through. rewrite Rmult_comm, <- sum_scal. apply sum_ext. intros x Hx.
    pose proof (through_zero q y q_nonneg Hy E x Hx) as Z. unfold atom.
    destruct (Rmult_integral _ _ Z) as [-> | ->]; [ring |].
    destruct (Req_EM_T 0 0) as [_ | F]; [ring | now contradiction F].
  - destruct (Req_EM_T (through l K p y) 0) as [E | M].
    + right. unfold through. rewrite Rmult_comm, <- sum_scal. apply sum_ext. intros x Hx.
      pose proof (through_zero p y p_nonneg Hy E x Hx) as Z. unfold atom.
      destruct (Rmult_integral _ _ Z) as [-> | ->]; [ring |].
      destruct (Req_EM_T (q x) 0) as [-> | _]; [ring |].
      destruct (Req_EM_T 0 0) as [_ | F]; [ring | now contradiction F].
    + set (P0 := through l K p y) in *. set (Q0 := through l K q y) in *.
      assert (Pp : 0 < P0) by lra. assert (Qp : 0 < Q0) by lra. set (v := ln (P0 / Q0)).
      assert (Ev : exp v = P0 / Q0) by (apply exp_ln, div_pos; assumption).
      pose proof (proj2 tangents v) as Touch. rewrite Ev in Touch. rewrite Touch.
      replace (Q0 * (T v * (P0 / Q0) - R_ v)) with (T v * P0 - R_ v * Q0) by (field; lra).
      unfold P0, Q0, through. rewrite <- !sum_scal, <- sum_minus. apply sum_le. intros x Hx.
      pose proof (tangent_below_atom v x Hx) as B. pose proof (proj1 channel x y Hx Hy) as KN. nra.
Qed.

(** Data processing: D(pK, qK) <= D(p, q) for every channel K and every f with tangents, atoms of one law included. *)
Theorem processing : D f f0 slope k (through l K p) (through l K q) <= D f f0 slope l p q.
Proof.
  unfold D. eapply Rle_trans; [apply sum_le; intros y Hy; now apply atom_through |].
  rewrite <- (sum_swap (fun x y => K x y * at_ x)). right. apply sum_ext. intros x Hx.
  rewrite (sum_ext _ _ (fun y => at_ x * K x y)) by (intros; ring).
  rewrite sum_scal, (proj2 channel x Hx). ring.
Qed.
End Processing.

(** ** Every row *)

Section Rows.
Variables X Y : Type.
Variable l : list X.
Variable k : list Y.
Variable K : X -> Y -> R.
Variables p q : X -> R.
Hypothesis channel : Channel l k K.
Hypothesis p_nonneg : forall x, In x l -> 0 <= p x.
Hypothesis q_nonneg : forall x, In x l -> 0 <= q x.

Definition Falls (f : R -> R) (f0 slope : R) : Prop :=
  D f f0 slope k (through l K p) (through l K q) <= D f f0 slope l p q.
Definition NoAtomOfQAlone : Prop := forall x, In x l -> p x = 0 -> q x = 0.
Definition NoAtomOfPAlone : Prop := forall x, In x l -> q x = 0 -> p x = 0.

Lemma falls f T g inside f0 slope :
  Conjugate f T g inside -> (forall v, - g (T v) <= f0) \/ NoAtomOfQAlone -> (forall v, T v <= slope) \/
    NoAtomOfPAlone ->
  Falls f f0 slope.
Proof.
  intros C Z S. unfold Falls.
  apply (processing X Y l k K f T (fun v => g (T v))); auto. now apply tangents_of_conjugate with inside.
Qed.

Lemma exp_minus v : 0 < exp (-1 * v).
Proof. apply exp_pos. Qed.

(** No channel makes kl grow, where q = 0 only where p = 0. *)
Theorem processing_kl : NoAtomOfPAlone -> Falls kl_f 1 0.
Proof.
  intros N. apply (falls _ _ _ _ _ _ young_kl); [left | now right].
  intros v. unfold kl_conjugate, kl_critic. pose proof (exp_pos v). lra.
Qed.

(** No channel makes reverse_kl grow, where p = 0 only where q = 0. *)
Theorem processing_reverse_kl : NoAtomOfQAlone -> Falls reverse_kl_f 0 1.
Proof.
  intros N. apply (falls _ _ _ _ _ _ young_reverse_kl); [now right | left].
  intros v. unfold reverse_kl_critic. pose proof (exp_minus v). lra.
Qed.

(** No channel makes jeffreys grow, where p and q have the same support. *)
Theorem processing_jeffreys : NoAtomOfQAlone -> NoAtomOfPAlone -> Falls jeffreys_f 0 0.
Proof.
  intros N M. unfold Falls.
  apply (processing X Y l k K _ jeffreys_critic (fun v => jeffreys_critic v * exp v - jeffreys_f (exp v))); auto;
    try now right.
  split; intros; [pose proof (tangent_jeffreys t v H); lra | ring].
Qed.

(** No channel makes js grow. *)
Theorem processing_js : Falls js_f (/ 2 * ln 2) (/ 2 * ln 2).
Proof.
  apply (falls _ _ _ _ _ _ young_js); left; intros v; destruct (proj2 young_js v) as [B _].
  - unfold js_conjugate. set (w := 2 + -1 * exp (2 * js_critic v)). pose proof (exp_pos (2 * js_critic v)).
    assert (exp (2 * js_critic v) < exp (ln 2)) by (apply exp_increasing; lra). rewrite exp_ln in H0 by lra.
    assert (ln w < ln 2) by (apply ln_increasing; unfold w; lra). lra.
  - simpl in B. lra.
Qed.

(** No channel makes total_variation grow. *)
Theorem processing_total_variation : Falls total_variation_f (/ 2) (/ 2).
Proof.
  apply (falls _ _ _ _ _ _ young_total_variation); left; intros v;
    destruct (proj2 young_total_variation v) as [B _]; simpl in B; unfold total_variation_conjugate; lra.
Qed.

(** No channel makes squared_hellinger grow. *)
Theorem processing_squared_hellinger : Falls squared_hellinger_f (/ 2) (/ 2).
Proof.
  apply (falls _ _ _ _ _ _ young_squared_hellinger); left; intros v.
  - unfold squared_hellinger_conjugate, squared_hellinger_critic. pose proof (exp_pos (-1 * / 2 * v)) as E.
    set (e := exp (-1 * / 2 * v)) in *. pose proof (Rinv_0_lt_compat e E).
    replace (- ((/ 2 + -1 * / 2 * e) * / (1 + -1 * 2 * (/ 2 + -1 * / 2 * e)))) with (/ 2 - / 2 * / e) by (field;
      lra). lra.
  - unfold squared_hellinger_critic. pose proof (exp_pos (-1 * / 2 * v)). lra.
Qed.

(** No channel makes pearson grow, where q = 0 only where p = 0. *)
Theorem processing_pearson : NoAtomOfPAlone -> Falls pearson_f 1 0.
Proof.
  intros N. apply (falls _ _ _ _ _ _ young_pearson); [left | now right].
  intros v. unfold pearson_conjugate, pearson_critic. pose proof (exp_pos v). nra.
Qed.

(** No channel makes neyman grow, where p = 0 only where q = 0. *)
Theorem processing_neyman : NoAtomOfQAlone -> Falls neyman_f 0 1.
Proof.
  intros N. apply (falls _ _ _ _ _ _ young_neyman); [now right | left].
  intros v. unfold neyman_critic. pose proof (exp_pos (-1 * 2 * v)). lra.
Qed.

(** No channel makes triangular grow. *)
Theorem processing_triangular : Falls triangular_f (/ 2) (/ 2).
Proof.
  apply (falls _ _ _ _ _ _ young_triangular); left; intros v; destruct (proj2 young_triangular v) as [B E].
  - rewrite <- E. unfold triangular_critic, triangular_f. rewrite tanh_half. pose proof (exp_pos v) as P.
    set (s := exp v) in *. pose proof (Rinv_0_lt_compat (1 + s) ltac:(lra)) as J.
    replace (- (/ 2 * (1 + 2 * / (1 + s)) * ((s - 1) / (s + 1)) * s - / 2 * (-1 + s) ^ 2 * / (1 + s)))
      with (/ 2 - 2 * (s * / (1 + s)) * (s * / (1 + s))) by (field; lra).
    assert (0 < s * / (1 + s)) by nra. nra.
  - lra.
Qed.

(** No channel makes hockey_stick(gamma) grow. *)
Theorem processing_hockey_stick gamma : 1 <= gamma -> Falls (hockey_stick_f gamma) 0 1.
Proof.
  intros G. apply (falls _ _ _ _ _ _ (young_hockey_stick gamma G)); left; intros v.
  - unfold hockey_stick_conjugate. pose proof (Rmax_l 0 (hockey_stick_critic gamma v)). nra.
  - exact (proj1 (proj2 (young_hockey_stick gamma G) v)).
Qed.

(** No channel makes reverse_hockey_stick(gamma) grow. *)
Theorem processing_reverse_hockey_stick gamma : 1 <= gamma -> Falls (reverse_hockey_stick_f gamma) 1 0.
Proof.
  intros G. apply (falls _ _ _ _ _ _ (young_reverse_hockey_stick gamma G)); left; intros v;
    destruct (proj2 (young_reverse_hockey_stick gamma G) v) as [B _]; simpl in B.
  - unfold reverse_hockey_stick_conjugate. pose proof (Rinv_0_lt_compat gamma ltac:(lra)) as J.
    assert (/ gamma * gamma = 1) by (field; lra). nra.
  - lra.
Qed.

(** No channel makes power(a) grow, a other than 0 and 1: an atom of q alone is allowed for a > 0, one of p alone for
    a < 1. *)
Theorem processing_power a :
  a <> 0 -> a <> 1 -> 0 < a \/ NoAtomOfQAlone -> a < 1 \/ NoAtomOfPAlone -> Falls (power_f a) (/ a) (/ (1 - a)).
Proof.
  intros A0 A1 N M. apply (falls _ _ _ _ _ _ (young_power a A0 A1)).
  - destruct N as [N | N]; [left; intros v | now right]. unfold power_conjugate.
    pose proof (exp_pos (a * / (-1 + a) * ln (1 + power_critic a v * (-1 + a)))) as W.
    pose proof (Rinv_0_lt_compat a N). nra.
  - destruct M as [M | M]; [left; intros v | now right]. unfold power_critic.
    pose proof (exp_pos (v * (-1 + a))) as W. pose proof (Rinv_0_lt_compat (1 - a) ltac:(lra)) as J.
    replace (/ (-1 + a)) with (- / (1 - a)) by (field; lra). nra.
Qed.
End Rows.
