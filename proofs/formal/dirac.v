(** * The Dirac-GAN

    Data at 0, a generator at theta, a discriminator of slope psi. The loss f(theta psi) + f(0) gives the vector field
    (-psi s, theta s) with s = f'(theta psi): one simultaneous step of size h turns and stretches, whatever f is. *)

From Coq Require Import Reals Lra Psatz.
Open Scope R_scope.

Lemma square_pos (x : R) : x <> 0 -> 0 < x ^ 2.
Proof. intros H. destruct (Rdichotomy x 0 H); nra. Qed.

Section Dirac.
Variable slope : R -> R. (* f' *)
Variable h : R.

Definition step (at_ : R * R) : R * R :=
  let (theta, psi) := at_ in
  let s := slope (theta * psi) in
  (theta - h * (psi * s), psi + h * (theta * s)).

Definition radius2 (at_ : R * R) : R := let (theta, psi) := at_ in theta ^ 2 + psi ^ 2.

Fixpoint steps (n : nat) (at_ : R * R) : R * R := match n with O => at_ | S k => step (steps k at_) end.

(** A simultaneous step multiplies r^2 = theta^2 + psi^2 by exactly 1 + h^2 f'(theta psi)^2. *)
Theorem radius_grows theta psi :
  radius2 (step (theta, psi)) = (1 + h ^ 2 * slope (theta * psi) ^ 2) * radius2 (theta, psi).
Proof. unfold radius2, step. ring. Qed.

(** So the distance to the solution (0, 0) never falls, however many steps are taken. *)
Theorem never_nearer at_ n : radius2 at_ <= radius2 (steps n at_).
Proof.
  induction n as [| n IH]; simpl; [lra |].
  destruct (steps n at_) as [theta psi]. eapply Rle_trans; [exact IH |]. rewrite radius_grows.
  assert (0 <= radius2 (theta, psi)) by (unfold radius2; nra).
  assert (0 <= h ^ 2 * slope (theta * psi) ^ 2) by (rewrite <- Rpow_mult_distr; apply pow2_ge_0). nra.
Qed.

(** And it grows strictly from every point but the solution, where f' is not 0. *)
Theorem strictly_farther theta psi :
  h <> 0 -> slope (theta * psi) <> 0 -> (theta, psi) <> (0, 0) ->
  radius2 (theta, psi) < radius2 (step (theta, psi)).
Proof.
  intros Hh Hs Hn. rewrite radius_grows.
  assert (P : 0 < h ^ 2 * slope (theta * psi) ^ 2) by (rewrite <- Rpow_mult_distr; apply square_pos; nra).
  assert (Q : 0 < radius2 (theta, psi)).
  { unfold radius2. destruct (Req_dec theta 0) as [-> | T]; [destruct (Req_dec psi 0) as [-> | Y] |].
    - now contradiction Hn.
    - pose proof (square_pos psi Y). lra.
    - pose proof (square_pos theta T). pose proof (pow2_ge_0 psi). lra. }
  nra.
Qed.
End Dirac.
