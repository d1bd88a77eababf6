(** * Transport on finite spaces: weak duality, and W1 <= diameter times TV

    W1 is the infimum of the costs of all couplings of p and q. The points of the space are all different, and there is
    a way to tell them apart; d is any cost, and a distance only where that is said. *)

From Coq Require Import Reals Lra Psatz List.
From Coquelicot Require Import Coquelicot.
From Divergence Require Import logarithm finite total_variation.
Open Scope R_scope.

Section Transport.
Variable X : Type.
Variable same : forall x y : X, {x = y} + {x <> y}.
Variable l : list X.
Hypothesis distinct : NoDup l.
Variable d : X -> X -> R.
Variables p q : X -> R.

Definition Coupling (joint : X -> X -> R) : Prop :=
  (forall x y, In x l -> In y l -> 0 <= joint x y) /\
  (forall x, In x l -> sum (joint x) l = p x) /\ (forall y, In y l -> sum (fun x => joint x y) l = q y).

Definition cost (joint : X -> X -> R) : R := sum (fun x => sum (fun y => joint x y * d x y) l) l.
Definition W1 : R := real (Glb_Rbar (fun c => exists joint, Coupling joint /\ c = cost joint)).

(** Weak duality: potentials with phi x + psi y <= d x y earn at most what any coupling costs. *)
Theorem weak_duality (phi psi : X -> R) joint :
  (forall x y, In x l -> In y l -> phi x + psi y <= d x y) -> Coupling joint ->
  sum (fun x => p x * phi x) l + sum (fun y => q y * psi y) l <= cost joint.
Proof.
  intros Feasible [N [P Q]]. unfold cost.
  assert (E : sum (fun x => p x * phi x) l + sum (fun y => q y * psi y) l =
    sum (fun x => sum (fun y => joint x y * (phi x + psi y)) l) l).
  { rewrite (sum_ext _ (fun x => p x * phi x) (fun x => sum (fun y => joint x y * phi x) l)).
    2:{ intros x Hx. rewrite <- (P x Hx), Rmult_comm, <- sum_scal. apply sum_ext. intros; ring. }
    rewrite (sum_ext _ (fun y => q y * psi y) (fun y => sum (fun x => joint x y * psi y) l)).
    2:{ intros y Hy. rewrite <- (Q y Hy), Rmult_comm, <- sum_scal. apply sum_ext. intros; ring. }
    rewrite <- (sum_swap (fun x y => joint x y * psi y)), <- sum_plus. apply sum_ext. intros x Hx.
    rewrite <- sum_plus. apply sum_ext. intros; ring. }
  rewrite E. apply sum_le. intros x Hx. apply sum_le. intros y Hy.
  apply Rmult_le_compat_l; [now apply N | now apply Feasible].
Qed.

(** A function that is 1-Lipschitz for d tells p from q by at most the cost of any coupling. *)
Theorem lipschitz_bound (phi : X -> R) joint :
  (forall x y, In x l -> In y l -> phi x - phi y <= d x y) -> Coupling joint ->
  sum (fun x => p x * phi x) l - sum (fun x => q x * phi x) l <= cost joint.
Proof.
  intros Lip C. pose proof (weak_duality phi (fun y => - phi y) joint) as D.
  rewrite (sum_ext _ (fun y => q y * - phi y) (fun y => -1 * (q y * phi y))) in D by (intros; ring).
  rewrite sum_scal in D.
  assert (sum (fun x => p x * phi x) l + -1 * sum (fun x => q x * phi x) l <= cost joint); [| lra].
  apply D; [| exact C]. intros x y Hx Hy. specialize (Lip x y Hx Hy). lra.
Qed.

(** ** A coupling that leaves where it is what p and q share *)

Hypothesis Lp : Law l p.
Hypothesis Lq : Law l q.

Notation tv := (TV X l p q).
Definition more (x : X) : R := Rmax 0 (p x - q x).
Definition less (x : X) : R := Rmax 0 (q x - p x).
Definition common (x : X) : R := Rmin (p x) (q x).
Definition lazy (x y : X) : R := (if same x y then common x else 0) + more x * less y * / tv.

Lemma more_nonneg x : 0 <= more x.
Proof. apply Rmax_l. Qed.

Lemma less_nonneg x : 0 <= less x.
Proof. apply Rmax_l. Qed.

Lemma split_p x : common x + more x = p x.
Proof. unfold common, more, Rmin, Rmax. destruct (Rle_dec (p x) (q x)), (Rle_dec 0 (p x - q x)); lra. Qed.

Lemma split_q x : common x + less x = q x.
Proof. unfold common, less, Rmin, Rmax. destruct (Rle_dec (p x) (q x)), (Rle_dec 0 (q x - p x)); lra. Qed.

Lemma more_less x : more x + less x = Rabs (p x - q x).
Proof.
  unfold more, less, Rmax. destruct (Rle_dec 0 (p x - q x)), (Rle_dec 0 (q x - p x));
    first [rewrite Rabs_right by lra | rewrite Rabs_left by lra]; lra.
Qed.

Lemma sum_more_less : sum more l = tv /\ sum less l = tv.
Proof.
  assert (A : sum more l + sum less l = 2 * tv).
  { rewrite <- sum_plus. rewrite (sum_ext _ _ (fun x => Rabs (p x - q x))) by (intros; apply more_less).
    unfold TV. field. }
  assert (B : sum more l = sum less l).
  { assert (P : sum common l + sum more l = 1) by (rewrite <- sum_plus, <- (proj2 Lp); apply sum_ext; intros;
      apply split_p).
    assert (Q : sum common l + sum less l = 1) by (rewrite <- sum_plus, <- (proj2 Lq); apply sum_ext; intros;
      apply split_q).
    lra. }
  lra.
Qed.

(** Sums over the diagonal: what lies at [x] alone. *)
Lemma sum_single (k : list X) x c : NoDup k -> In x k -> sum (fun y => if same x y then c else 0) k = c.
Proof.
  induction k as [| a k IH]; simpl; intros N H; [contradiction |].
  inversion N as [| ? ? Out N']; subst. destruct (same x a) as [<- | D].
  - assert (Z : sum (fun y => if same x y then c else 0) k = 0).
    { transitivity (sum (fun _ : X => 0) k); [| apply sum_zero]. apply sum_ext. intros y Hy.
      destruct (same x y) as [<- | _]; [contradiction | reflexivity]. }
    lra.
  - destruct H as [-> | H]; [now contradiction D |]. rewrite IH by assumption. ring.
Qed.

Lemma lazy_coupling : Coupling lazy.
Proof.
  destruct sum_more_less as [M L]. pose proof (tv_nonneg X l p q) as T.
  assert (Tm : forall x, In x l -> more x * tv * / tv = more x).
  { intros x Hx. destruct T as [T | T]; [field; lra |].
    pose proof (sum_at_least X more l (fun y _ => more_nonneg y) x Hx) as B. pose proof (more_nonneg x).
    rewrite M in B. assert (more x = 0) by lra. rewrite H0. ring. }
  assert (Tl : forall x, In x l -> less x * tv * / tv = less x).
  { intros x Hx. destruct T as [T | T]; [field; lra |].
    pose proof (sum_at_least X less l (fun y _ => less_nonneg y) x Hx) as B. pose proof (less_nonneg x).
    rewrite L in B. assert (less x = 0) by lra. rewrite H0. ring. }
  repeat split.
  - intros x y Hx Hy. unfold lazy. apply Rplus_le_le_0_compat.
    + destruct (same x y); [| lra]. apply Rmin_glb; [now apply Lp | now apply Lq].
    + apply Rmult_le_pos; [apply Rmult_le_pos; [apply more_nonneg | apply less_nonneg] |].
      destruct T as [T | <-]; [left; now apply Rinv_0_lt_compat | rewrite Rinv_0; lra].
  - intros x Hx. unfold lazy. rewrite sum_plus, sum_single by assumption.
    rewrite (sum_ext _ (fun y => more x * less y * / tv) (fun y => more x * / tv * less y)) by (intros; ring).
    rewrite sum_scal, L. replace (more x * / tv * tv) with (more x * tv * / tv) by ring. rewrite Tm by assumption.
    apply split_p.
  - intros y Hy. unfold lazy. rewrite sum_plus.
    rewrite (sum_ext _ (fun x => if same x y then common x else 0) (fun x => if same y x then common y else 0)).
    2:{ intros x Hx. destruct (same x y) as [E | D], (same y x) as [F | F]; try reflexivity;
        [now rewrite E | contradiction F; now symmetry | contradiction D; now symmetry]. }
    rewrite sum_single by assumption.
    rewrite (sum_ext _ (fun x => more x * less y * / tv) (fun x => less y * / tv * more x)) by (intros; ring).
    rewrite sum_scal, M. replace (less y * / tv * tv) with (less y * tv * / tv) by ring. rewrite Tl by assumption.
    apply split_q.
Qed.

Lemma lazy_cost diameter :
  (forall x, In x l -> d x x = 0) -> (forall x y, In x l -> In y l -> d x y <= diameter) -> cost lazy <= diameter * tv.
Proof.
  intros Zero Far. destruct sum_more_less as [M L]. pose proof (tv_nonneg X l p q) as T. unfold cost.
  apply Rle_trans with (sum (fun x => sum (fun y => diameter * / tv * (more x * less y)) l) l).
  - apply sum_le. intros x Hx. apply sum_le. intros y Hy. unfold lazy. rewrite Rmult_plus_distr_r.
    assert (A : (if same x y then common x else 0) * d x y = 0).
    { destruct (same x y) as [<- | _]; [rewrite (Zero x Hx) |]; ring. }
    rewrite A, Rplus_0_l. replace (diameter * / tv * (more x * less y)) with (more x * less y * / tv * diameter) by
      ring.
    apply Rmult_le_compat_l; [| now apply Far].
    apply Rmult_le_pos; [apply Rmult_le_pos; [apply more_nonneg | apply less_nonneg] |].
    destruct T as [T | <-]; [left; now apply Rinv_0_lt_compat | rewrite Rinv_0; lra].
  - right. rewrite (sum_ext _ _ (fun x => diameter * / tv * tv * more x)).
    + rewrite sum_scal, M. destruct T as [T | <-]; [field; lra | ring].
    + intros x Hx. rewrite sum_scal, sum_scal, L. ring.
Qed.

Lemma cost_nonneg joint : (forall x y, In x l -> In y l -> 0 <= d x y) -> Coupling joint -> 0 <= cost joint.
Proof.
  intros D [N _]. apply sum_nonneg. intros x Hx. apply sum_nonneg. intros y Hy.
  apply Rmult_le_pos; [now apply N | now apply D].
Qed.

Lemma w1_is_infimum :
  (forall x y, In x l -> In y l -> 0 <= d x y) ->
  (forall joint, Coupling joint -> W1 <= cost joint) /\
  (forall low, (forall joint, Coupling joint -> low <= cost joint) -> low <= W1).
Proof.
  intros D. unfold W1. set (E := fun c => exists joint, Coupling joint /\ c = cost joint).
  destruct (Glb_Rbar_correct E) as [Lower Greatest].
  assert (F : is_finite (Glb_Rbar E)).
  { pose proof (Lower (cost lazy) (ex_intro _ lazy (conj lazy_coupling eq_refl))) as Up.
    assert (Down : Rbar_le 0 (Glb_Rbar E)) by (apply Greatest; intros c [joint [C ->]]; now apply cost_nonneg).
    destruct (Glb_Rbar E); simpl in *; [reflexivity | contradiction | contradiction]. }
  rewrite <- F in Lower, Greatest. split.
  - intros joint C. exact (Lower (cost joint) (ex_intro _ joint (conj C eq_refl))).
  - intros low B. apply (Greatest (Finite low)). intros c [joint [C ->]]. now apply B.
Qed.

(** W1 <= diameter times TV, for a cost that is 0 at rest and at most the diameter. *)
Theorem w1_le_diameter_tv diameter :
  (forall x y, In x l -> In y l -> 0 <= d x y) -> (forall x, In x l -> d x x = 0) ->
  (forall x y, In x l -> In y l -> d x y <= diameter) -> W1 <= diameter * tv.
Proof.
  intros D Zero Far. apply Rle_trans with (cost lazy); [| now apply lazy_cost].
  exact (proj1 (w1_is_infimum D) lazy lazy_coupling).
Qed.

(** The dual of W1: a 1-Lipschitz function tells p from q by at most W1. *)
Theorem w1_dual (phi : X -> R) :
  (forall x y, In x l -> In y l -> 0 <= d x y) ->
  (forall x y, In x l -> In y l -> phi x - phi y <= d x y) ->
  sum (fun x => p x * phi x) l - sum (fun x => q x * phi x) l <= W1.
Proof.
  intros D Lip. apply (proj2 (w1_is_infimum D)). intros joint C. now apply lipschitz_bound.
Qed.
End Transport.
