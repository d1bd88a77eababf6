(** * KL between two normal laws, from two moments

    E is the expectation under N(m1, s1^2), known by what it does to polynomials of degree two: it is linear on them,
    E x = m1 and E x^2 = s1^2 + m1^2. Nothing else of the integral is used. *)

From Coq Require Import Reals Lra Psatz.
From Divergence Require Import logarithm.
Open Scope R_scope.

Section Gaussian.
Variable E : (R -> R) -> R.
Variables m1 s1 m2 s2 : R.
Hypothesis E_ext : forall f g, (forall x, f x = g x) -> E f = E g.
Hypothesis E_quadratic : forall a b c, E (fun x => a + b * x + c * x ^ 2) = a + b * m1 + c * (s1 ^ 2 + m1 ^ 2).
Hypothesis s1_pos : 0 < s1.
Hypothesis s2_pos : 0 < s2.

Definition density (m s x : R) : R := / (s * sqrt (2 * PI)) * exp (- ((x - m) ^ 2 / (2 * s ^ 2))).

Lemma log_density m s x : 0 < s -> ln (density m s x) = - ln s - ln (sqrt (2 * PI)) - (x - m) ^ 2 / (2 * s ^ 2).
Proof.
  intros Hs. assert (S : 0 < sqrt (2 * PI)) by (apply sqrt_lt_R0; pose proof PI_RGT_0; lra).
  unfold density. assert (P : 0 < s * sqrt (2 * PI)) by (apply Rmult_lt_0_compat; assumption).
  rewrite ln_mult by (try apply exp_pos; now apply Rinv_0_lt_compat).
  rewrite ln_exp, ln_Rinv, ln_mult by assumption. ring.
Qed.

Lemma density_pos m s x : 0 < s -> 0 < density m s x.
Proof.
  intros Hs. assert (S : 0 < sqrt (2 * PI)) by (apply sqrt_lt_R0; pose proof PI_RGT_0; lra).
  apply Rmult_lt_0_compat; [now apply Rinv_0_lt_compat, Rmult_lt_0_compat | apply exp_pos].
Qed.

(** KL(N(m1, s1^2), N(m2, s2^2)) = log (s2/s1) + (s1^2 + (m1 - m2)^2)/(2 s2^2) - 1/2. *)
Theorem kl_of_normals :
  E (fun x => ln (density m1 s1 x / density m2 s2 x)) = ln (s2 / s1) + (s1 ^ 2 + (m1 - m2) ^ 2) / (2 * s2 ^ 2) - / 2.
Proof.
  rewrite (E_ext _ (fun x => (ln (s2 / s1) - m1 ^ 2 / (2 * s1 ^ 2) + m2 ^ 2 / (2 * s2 ^ 2))
    + (m1 / s1 ^ 2 - m2 / s2 ^ 2) * x + (/ (2 * s2 ^ 2) - / (2 * s1 ^ 2)) * x ^ 2)).
  - rewrite E_quadratic. field. lra.
  - intros x. rewrite ln_div, !log_density, ln_div by (try apply density_pos; assumption). field. lra.
Qed.
End Gaussian.
