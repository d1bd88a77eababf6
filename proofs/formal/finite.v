(** * Finite spaces

    A finite space is a list of points [l], a measure on it a function [X -> R] summed over the list; a point listed
    twice counts twice. [Law l p] says that p is a probability: nonnegative, with sum 1. *)

From Coq Require Import Reals Lra Psatz List.
Open Scope R_scope.

Fixpoint sum {X : Type} (f : X -> R) (l : list X) : R :=
  match l with nil => 0 | x :: rest => f x + sum f rest end.

Definition Law {X : Type} (l : list X) (p : X -> R) : Prop := (forall x, In x l -> 0 <= p x) /\ sum p l = 1.

Section Sums.
Variable X : Type.
Implicit Types (f g : X -> R) (l : list X).

Lemma sum_le f g l : (forall x, In x l -> f x <= g x) -> sum f l <= sum g l.
Proof.
  induction l as [| a l IH]; simpl; intros H; [lra |].
  apply Rplus_le_compat; [apply H; now left | apply IH; intros; apply H; now right].
Qed.

Lemma sum_ext f g l : (forall x, In x l -> f x = g x) -> sum f l = sum g l.
Proof.
  induction l as [| a l IH]; simpl; intros H; [reflexivity |].
  rewrite (H a) by now left. rewrite IH; [reflexivity |]. intros; apply H; now right.
Qed.

Lemma sum_plus f g l : sum (fun x => f x + g x) l = sum f l + sum g l.
Proof. induction l; simpl; lra. Qed.

Lemma sum_minus f g l : sum (fun x => f x - g x) l = sum f l - sum g l.
Proof. induction l; simpl; lra. Qed.

Lemma sum_scal c f l : sum (fun x => c * f x) l = c * sum f l.
Proof. induction l as [| a l IH]; simpl; [lra |]. rewrite IH. lra. Qed.

Lemma sum_zero l : sum (fun _ : X => 0) l = 0.
Proof. induction l; simpl; lra. Qed.

Lemma sum_nonneg f l : (forall x, In x l -> 0 <= f x) -> 0 <= sum f l.
Proof. intros H. rewrite <- (sum_zero l). now apply sum_le. Qed.

(** A sum is at least each of its terms, where they are nonnegative. *)
Lemma sum_at_least f l : (forall x, In x l -> 0 <= f x) -> forall x, In x l -> f x <= sum f l.
Proof.
  induction l as [| a l IH]; simpl; intros H x Hx; [contradiction |].
  assert (0 <= sum f l) by (apply sum_nonneg; intros; apply H; now right).
  destruct Hx as [<- | Hx]; [lra |].
  assert (f x <= sum f l) by (apply IH; [intros; apply H; now right | assumption]).
  assert (0 <= f a) by (apply H; now left). lra.
Qed.

(** Where f <= g and the sums agree, f = g at every point. *)
Lemma sum_le_eq f g l :
  (forall x, In x l -> f x <= g x) -> sum f l = sum g l -> forall x, In x l -> f x = g x.
Proof.
  intros H E x Hx.
  assert (N : forall y, In y l -> 0 <= g y - f y) by (intros y Hy; specialize (H y Hy); lra).
  pose proof (sum_at_least (fun y => g y - f y) l N x Hx) as L. rewrite sum_minus in L.
  specialize (H x Hx). simpl in L. lra.
Qed.

Lemma sum_abs f l : Rabs (sum f l) <= sum (fun x => Rabs (f x)) l.
Proof.
  induction l as [| a l IH]; simpl; [rewrite Rabs_R0; lra |].
  eapply Rle_trans; [apply Rabs_triang | lra].
Qed.
End Sums.

Lemma sum_swap {X Y : Type} (F : X -> Y -> R) (l : list X) (k : list Y) :
  sum (fun x => sum (fun y => F x y) k) l = sum (fun y => sum (fun x => F x y) l) k.
Proof.
  induction l as [| a l IH]; simpl; [now rewrite sum_zero |].
  rewrite IH, <- sum_plus. reflexivity.
Qed.
