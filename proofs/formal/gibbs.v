(** * Kullback-Leibler and Jensen-Shannon on finite spaces

    KL l a b is the sum of a log (a/b); it is what it should be where a is 0 wherever b is, [Dominated l a b]. JSD l p q
    is half of KL(p, m) + KL(q, m) with m the mean of p and q, which dominates both. *)

From Coq Require Import Reals Lra Psatz List.
From Divergence Require Import logarithm finite.
Open Scope R_scope.

Section Gibbs.
Variable X : Type.
Variable l : list X.
Implicit Types a b p q : X -> R.

Definition Dominated a b : Prop := forall x, In x l -> 0 < a x -> 0 < b x.
Definition KL a b : R := sum (fun x => a x * ln (a x / b x)) l.
Definition mean p q (x : X) : R := (p x + q x) / 2.
Definition JSD p q : R := / 2 * KL p (mean p q) + / 2 * KL q (mean p q).

Lemma law_mean p q : Law l p -> Law l q -> Law l (mean p q).
Proof.
  intros [Hp Sp] [Hq Sq]. split.
  - intros x Hx. unfold mean. specialize (Hp x Hx). specialize (Hq x Hx). lra.
  - rewrite (sum_ext _ _ (fun x => / 2 * (p x + q x))) by (intros; unfold mean; field).
    rewrite sum_scal, sum_plus, Sp, Sq. field.
Qed.

Lemma dominated_mean p q : Law l p -> Law l q -> Dominated p (mean p q) /\ Dominated q (mean p q).
Proof.
  intros [Hp _] [Hq _]. split; intros x Hx H; unfold mean; specialize (Hp x Hx); specialize (Hq x Hx); lra.
Qed.

Lemma sum_difference a b : Law l a -> Law l b -> sum (fun x => a x - b x) l = 0.
Proof. intros [_ Sa] [_ Sb]. rewrite sum_minus, Sa, Sb. ring. Qed.

(** Gibbs: KL(a, b) >= 0 for two laws, the first of which is 0 wherever the second is. Claims: kl_is_not_negative. *)
Theorem kl_nonnegative a b : Law l a -> Law l b -> Dominated a b -> 0 <= KL a b.
Proof.
  intros La Lb D. rewrite <- (sum_difference a b La Lb). apply sum_le. intros x Hx.
  apply gibbs_term; [now apply La | now apply Lb | now apply D].
Qed.

(** KL(a, b) = 0 only between equal laws. Claims: kl_is_not_negative. *)
Theorem kl_zero a b : Law l a -> Law l b -> Dominated a b -> (KL a b = 0 <-> forall x, In x l -> a x = b x).
Proof.
  intros La Lb D. split.
  - intros E x Hx. destruct (Req_dec (a x) (b x)) as [H | H]; [assumption | exfalso].
    assert (T : forall y, In y l -> a y - b y <= a y * ln (a y / b y))
      by (intros y Hy; apply gibbs_term; [now apply La | now apply Lb | now apply D]).
    pose proof (sum_le_eq _ _ _ l T) as S. rewrite (sum_difference a b La Lb) in S.
    specialize (S (eq_sym E) x Hx). simpl in S.
    pose proof (gibbs_term_strict (a x) (b x)) as G.
    assert (a x - b x < a x * ln (a x / b x)) by (apply G; [now apply La | now apply Lb | now apply D | assumption]).
    lra.
  - intros E. unfold KL. rewrite <- (sum_zero X l). apply sum_ext. intros x Hx. rewrite (E x Hx).
    destruct Lb as [Hb _]. destruct (Hb x Hx) as [H | <-]; [| ring].
    unfold Rdiv. rewrite Rinv_r by lra. rewrite ln_1. ring.
Qed.

(** JSD >= 0. Claims: js_is_at_most_log_two. *)
Theorem jsd_nonnegative p q : Law l p -> Law l q -> 0 <= JSD p q.
Proof.
  intros Lp Lq. destruct (dominated_mean p q Lp Lq) as [Dp Dq]. unfold JSD.
  pose proof (kl_nonnegative p (mean p q) Lp (law_mean p q Lp Lq) Dp).
  pose proof (kl_nonnegative q (mean p q) Lq (law_mean p q Lp Lq) Dq). lra.
Qed.

(** JSD = 0 only between equal laws. *)
Theorem jsd_zero p q : Law l p -> Law l q -> (JSD p q = 0 <-> forall x, In x l -> p x = q x).
Proof.
  intros Lp Lq. pose proof (law_mean p q Lp Lq) as Lm. destruct (dominated_mean p q Lp Lq) as [Dp Dq].
  pose proof (kl_nonnegative p _ Lp Lm Dp) as Np. pose proof (kl_nonnegative q _ Lq Lm Dq) as Nq. split.
  - intros E x Hx. unfold JSD in E.
    assert (Z : KL p (mean p q) = 0) by lra.
    pose proof (proj1 (kl_zero p _ Lp Lm Dp) Z x Hx) as H. unfold mean in H. lra.
  - intros E. unfold JSD.
    rewrite (proj2 (kl_zero p (mean p q) Lp Lm Dp)), (proj2 (kl_zero q (mean p q) Lq Lm Dq)); [ring | |];
      intros x Hx; unfold mean; rewrite (E x Hx); field.
Qed.

(** One term of JSD is at most its mass times log 2, and equal to it exactly where one of the two masses is 0. *)
Lemma term_le_log_two (a b : R) : 0 <= a -> 0 <= b -> a * ln (a / ((a + b) / 2)) <= a * ln 2.
Proof.
  intros [Ha | <-] Hb; [| lra]. apply Rmult_le_compat_l; [lra |].
  rewrite !ln_div by lra. pose proof ln_four.
  assert (ln a <= ln (a + b)); [| lra].
  destruct Hb as [Hb | <-]; [left; apply ln_increasing; lra | rewrite Rplus_0_r; lra].
Qed.

Lemma term_eq_log_two (a b : R) : 0 <= a -> 0 <= b -> (a * ln (a / ((a + b) / 2)) = a * ln 2 <-> a = 0 \/ b = 0).
Proof.
  intros Ha Hb. split.
  - intros E. destruct Ha as [Ha | <-]; [right | now left]. destruct Hb as [Hb | <-]; [exfalso | reflexivity].
    apply Rmult_eq_reg_l in E; [| lra]. rewrite !ln_div in E by lra.
    assert (ln a < ln (a + b)) by (apply ln_increasing; lra). lra.
  - intros [-> | ->]; [ring |]. destruct Ha as [Ha | <-]; [| ring].
    replace (a / ((a + 0) / 2)) with 2 by (field; lra). ring.
Qed.

Lemma log_two_as_sum p q :
  Law l p -> Law l q -> ln 2 = sum (fun x => / 2 * (p x * ln 2) + / 2 * (q x * ln 2)) l.
Proof.
  intros [_ Sp] [_ Sq]. rewrite (sum_ext _ _ (fun x => ln 2 / 2 * (p x + q x))) by (intros; field).
  rewrite sum_scal, sum_plus, Sp, Sq. field.
Qed.

Lemma jsd_as_sum p q :
  JSD p q = sum (fun x => / 2 * (p x * ln (p x / ((p x + q x) / 2))) + / 2 * (q x * ln (q x / ((q x + p x) / 2)))) l.
Proof.
  unfold JSD, KL, mean. rewrite sum_plus, !sum_scal. f_equal. f_equal. apply sum_ext. intros.
  now rewrite (Rplus_comm (q x) (p x)).
Qed.

(** JSD <= log 2. Claims: js_is_at_most_log_two. *)
Theorem jsd_le_log_two p q : Law l p -> Law l q -> JSD p q <= ln 2.
Proof.
  intros Lp Lq. rewrite (log_two_as_sum p q Lp Lq), jsd_as_sum. apply sum_le. intros x Hx.
  destruct Lp as [Hp _], Lq as [Hq _].
  pose proof (term_le_log_two (p x) (q x) (Hp x Hx) (Hq x Hx)).
  pose proof (term_le_log_two (q x) (p x) (Hq x Hx) (Hp x Hx)). lra.
Qed.

(** JSD = log 2 exactly for laws with disjoint supports. Claims: js_is_at_most_log_two. *)
Theorem jsd_log_two p q : Law l p -> Law l q -> (JSD p q = ln 2 <-> forall x, In x l -> p x = 0 \/ q x = 0).
Proof.
  intros Lp Lq. rewrite (log_two_as_sum p q Lp Lq), jsd_as_sum. destruct Lp as [Hp _], Lq as [Hq _]. split.
  - intros E x Hx. apply (term_eq_log_two (p x) (q x) (Hp x Hx) (Hq x Hx)).
    pose proof (term_le_log_two (p x) (q x) (Hp x Hx) (Hq x Hx)).
    pose proof (term_le_log_two (q x) (p x) (Hq x Hx) (Hp x Hx)).
    eapply sum_le_eq in E; [| | exact Hx]; [simpl in E; lra |].
    intros y Hy. pose proof (term_le_log_two (p y) (q y) (Hp y Hy) (Hq y Hy)).
    pose proof (term_le_log_two (q y) (p y) (Hq y Hy) (Hp y Hy)). lra.
  - intros E. apply sum_ext. intros x Hx. specialize (E x Hx). f_equal; f_equal;
      apply term_eq_log_two; auto; tauto.
Qed.
End Gibbs.

Arguments Dominated {X} l a b.
Arguments KL {X} l a b.
Arguments mean {X} p q x.
Arguments JSD {X} l p q.
