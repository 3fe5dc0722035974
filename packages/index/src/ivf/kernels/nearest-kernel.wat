;; The columns of a matrix that rows have their greatest products with.
;;
;; Rows are codes [rows x dim] i8, columns [columns x dim] i16, both with zeros up to a width that is a multiple of 16.
;; Sums stay below 2^31. Addresses are in bytes.
(module
  (memory (import "glot" "memory") 1)

  ;; Products of two rows with `fours` times four columns: into [2 x 4 fours] i32.
  (func $products
    (param $first i32) (param $second i32) (param $width i32) (param $columns i32) (param $fours i32) (param $into i32)
    (local $left i32) (local $right i32) (local $stop i32) (local $last i32) (local $other i32)
    (local $c0 i32) (local $c1 i32) (local $c2 i32) (local $c3 i32)
    (local $a0 v128) (local $a1 v128) (local $a2 v128) (local $a3 v128)
    (local $b0 v128) (local $b1 v128) (local $b2 v128) (local $b3 v128)
    (local $x v128) (local $y v128) (local $z v128)
    (local.set $stop (i32.add (local.get $first) (local.get $width)))
    (local.set $other (i32.shl (local.get $fours) (i32.const 4)))
    (local.set $last (i32.add (local.get $into) (local.get $other)))
    (local.set $width (i32.shl (local.get $width) (i32.const 1)))
    (local.set $c3 (local.get $columns))
    (block $done
      (loop $four
        (br_if $done (i32.ge_u (local.get $into) (local.get $last)))
        (local.set $c0 (local.get $c3))
        (local.set $c1 (i32.add (local.get $c0) (local.get $width)))
        (local.set $c2 (i32.add (local.get $c1) (local.get $width)))
        (local.set $c3 (i32.add (local.get $c2) (local.get $width)))
        (local.set $left (local.get $first))
        (local.set $right (local.get $second))
        (local.set $a0 (v128.const i32x4 0 0 0 0))
        (local.set $a1 (v128.const i32x4 0 0 0 0))
        (local.set $a2 (v128.const i32x4 0 0 0 0))
        (local.set $a3 (v128.const i32x4 0 0 0 0))
        (local.set $b0 (v128.const i32x4 0 0 0 0))
        (local.set $b1 (v128.const i32x4 0 0 0 0))
        (local.set $b2 (v128.const i32x4 0 0 0 0))
        (local.set $b3 (v128.const i32x4 0 0 0 0))
        (loop $sixteen
          (local.set $x (v128.load8x8_s align=1 (local.get $left)))
          (local.set $y (v128.load8x8_s align=1 (local.get $right)))
          (local.set $z (v128.load (local.get $c0)))
          (local.set $a0 (i32x4.add (local.get $a0) (i32x4.dot_i16x8_s (local.get $x) (local.get $z))))
          (local.set $b0 (i32x4.add (local.get $b0) (i32x4.dot_i16x8_s (local.get $y) (local.get $z))))
          (local.set $z (v128.load (local.get $c1)))
          (local.set $a1 (i32x4.add (local.get $a1) (i32x4.dot_i16x8_s (local.get $x) (local.get $z))))
          (local.set $b1 (i32x4.add (local.get $b1) (i32x4.dot_i16x8_s (local.get $y) (local.get $z))))
          (local.set $z (v128.load (local.get $c2)))
          (local.set $a2 (i32x4.add (local.get $a2) (i32x4.dot_i16x8_s (local.get $x) (local.get $z))))
          (local.set $b2 (i32x4.add (local.get $b2) (i32x4.dot_i16x8_s (local.get $y) (local.get $z))))
          (local.set $z (v128.load (local.get $c3)))
          (local.set $a3 (i32x4.add (local.get $a3) (i32x4.dot_i16x8_s (local.get $x) (local.get $z))))
          (local.set $b3 (i32x4.add (local.get $b3) (i32x4.dot_i16x8_s (local.get $y) (local.get $z))))
          (local.set $x (v128.load8x8_s offset=8 align=1 (local.get $left)))
          (local.set $y (v128.load8x8_s offset=8 align=1 (local.get $right)))
          (local.set $z (v128.load offset=16 (local.get $c0)))
          (local.set $a0 (i32x4.add (local.get $a0) (i32x4.dot_i16x8_s (local.get $x) (local.get $z))))
          (local.set $b0 (i32x4.add (local.get $b0) (i32x4.dot_i16x8_s (local.get $y) (local.get $z))))
          (local.set $z (v128.load offset=16 (local.get $c1)))
          (local.set $a1 (i32x4.add (local.get $a1) (i32x4.dot_i16x8_s (local.get $x) (local.get $z))))
          (local.set $b1 (i32x4.add (local.get $b1) (i32x4.dot_i16x8_s (local.get $y) (local.get $z))))
          (local.set $z (v128.load offset=16 (local.get $c2)))
          (local.set $a2 (i32x4.add (local.get $a2) (i32x4.dot_i16x8_s (local.get $x) (local.get $z))))
          (local.set $b2 (i32x4.add (local.get $b2) (i32x4.dot_i16x8_s (local.get $y) (local.get $z))))
          (local.set $z (v128.load offset=16 (local.get $c3)))
          (local.set $a3 (i32x4.add (local.get $a3) (i32x4.dot_i16x8_s (local.get $x) (local.get $z))))
          (local.set $b3 (i32x4.add (local.get $b3) (i32x4.dot_i16x8_s (local.get $y) (local.get $z))))
          (local.set $left (i32.add (local.get $left) (i32.const 16)))
          (local.set $right (i32.add (local.get $right) (i32.const 16)))
          (local.set $c0 (i32.add (local.get $c0) (i32.const 32)))
          (local.set $c1 (i32.add (local.get $c1) (i32.const 32)))
          (local.set $c2 (i32.add (local.get $c2) (i32.const 32)))
          (local.set $c3 (i32.add (local.get $c3) (i32.const 32)))
          (br_if $sixteen (i32.lt_u (local.get $left) (local.get $stop))))
        ;; Four sums of four lanes each into one vector.
        (local.set $x
          (i32x4.add
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a0) (local.get $a1))
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a0) (local.get $a1))))
        (local.set $y
          (i32x4.add
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a2) (local.get $a3))
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a2) (local.get $a3))))
        (v128.store (local.get $into)
          (i32x4.add
            (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $x) (local.get $y))
            (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $x) (local.get $y))))
        (local.set $x
          (i32x4.add
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $b0) (local.get $b1))
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $b0) (local.get $b1))))
        (local.set $y
          (i32x4.add
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $b2) (local.get $b3))
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $b2) (local.get $b3))))
        (v128.store (i32.add (local.get $into) (local.get $other))
          (i32x4.add
            (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $x) (local.get $y))
            (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $x) (local.get $y))))
        (local.set $into (i32.add (local.get $into) (i32.const 16)))
        (br $four))))

  ;; The place of the greatest of `fours` times four numbers, the first of equal ones.
  (func $greatest (param $scores i32) (param $fours i32) (result i32)
    (local $at i32) (local $stop i32) (local $best v128) (local $mask i32)
    (local.set $stop (i32.add (local.get $scores) (i32.shl (local.get $fours) (i32.const 4))))
    (local.set $at (local.get $scores))
    (local.set $best (v128.load (local.get $at)))
    (loop $four
      (local.set $best (i32x4.max_s (local.get $best) (v128.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $four (i32.lt_u (local.get $at) (local.get $stop))))
    (local.set $best
      (i32x4.max_s (local.get $best) (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $best) (local.get $best))))
    (local.set $best
      (i32x4.max_s (local.get $best) (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $best) (local.get $best))))
    (local.set $at (i32.sub (local.get $scores) (i32.const 16)))
    (loop $look
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (local.set $mask (i32x4.bitmask (i32x4.eq (local.get $best) (v128.load (local.get $at)))))
      (br_if $look (i32.eqz (local.get $mask))))
    (i32.add
      (i32.shr_u (i32.sub (local.get $at) (local.get $scores)) (i32.const 2))
      (i32.ctz (local.get $mask))))

  ;; Takes the greatest of a row's scores away and writes where it stands and what it is.
  (func $take (param $scores i32) (param $fours i32) (param $place i32) (param $product i32)
    (local $at i32)
    (local.set $at (call $greatest (local.get $scores) (local.get $fours)))
    (i32.store (local.get $place) (local.get $at))
    (local.set $at (i32.add (local.get $scores) (i32.shl (local.get $at) (i32.const 2))))
    (i32.store (local.get $product) (i32.load (local.get $at)))
    (i32.store (local.get $at) (i32.const 0x80000000)))

  ;; Of each of the `count` rows that `list` u32 names, the column with the greatest product and the product: into places
  ;; u32 and products i32, [ranks x count], the second best after all best ones, and so on. Numbers of columns count from
  ;; `columns` on, of which there are `total`, at least `ranks`. Reads on to the next four columns. scores: i32, room for
  ;; twice as many as columns, and eight.
  (func (export "rank")
    (param $rows i32) (param $list i32) (param $count i32) (param $width i32) (param $columns i32) (param $total i32)
    (param $ranks i32) (param $scores i32) (param $places i32) (param $products i32)
    (local $fours i32) (local $second i32) (local $row i32) (local $pad i32) (local $rank i32) (local $at i32)
    (local.set $fours (i32.shr_u (i32.add (local.get $total) (i32.const 3)) (i32.const 2)))
    (local.set $second (i32.add (local.get $scores) (i32.shl (local.get $fours) (i32.const 4))))
    (block $done
      (loop $two
        (br_if $done (i32.ge_u (local.get $row) (local.get $count)))
        (local.set $at (i32.add (local.get $list) (i32.shl (local.get $row) (i32.const 2))))
        (call $products
          (i32.add (local.get $rows) (i32.mul (i32.load (local.get $at)) (local.get $width)))
          ;; An odd one at the end goes with itself.
          (i32.add (local.get $rows)
            (i32.mul
              (i32.load
                (select
                  (i32.add (local.get $at) (i32.const 4))
                  (local.get $at)
                  (i32.lt_u (i32.add (local.get $row) (i32.const 1)) (local.get $count))))
              (local.get $width)))
          (local.get $width) (local.get $columns) (local.get $fours) (local.get $scores))
        (local.set $pad (local.get $total))
        (block $padded
          (loop $each
            (br_if $padded (i32.ge_u (local.get $pad) (i32.shl (local.get $fours) (i32.const 2))))
            (i32.store (i32.add (local.get $scores) (i32.shl (local.get $pad) (i32.const 2))) (i32.const 0x80000000))
            (i32.store (i32.add (local.get $second) (i32.shl (local.get $pad) (i32.const 2))) (i32.const 0x80000000))
          (local.set $pad (i32.add (local.get $pad) (i32.const 1)))
            (br $each)))
        (local.set $rank (i32.const 0))
        (loop $ranked
          (local.set $at
            (i32.shl
              (i32.add (i32.mul (local.get $rank) (local.get $count)) (local.get $row))
              (i32.const 2)))
          (call $take (local.get $scores) (local.get $fours)
            (i32.add (local.get $places) (local.get $at)) (i32.add (local.get $products) (local.get $at)))
          (if (i32.lt_u (i32.add (local.get $row) (i32.const 1)) (local.get $count))
            (then
              (call $take (local.get $second) (local.get $fours)
                (i32.add (local.get $places) (i32.add (local.get $at) (i32.const 4)))
                (i32.add (local.get $products) (i32.add (local.get $at) (i32.const 4))))))
          (local.set $rank (i32.add (local.get $rank) (i32.const 1)))
          (br_if $ranked (i32.lt_u (local.get $rank) (local.get $ranks))))
        (local.set $row (i32.add (local.get $row) (i32.const 2)))
        (br $two)))))
